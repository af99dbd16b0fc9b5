use rama::dataflow;

dataflow! {
    ramaop pairs(*n: i64) :> i64, i64 { :> *n, *n + 1; }
}

fn main() {
    let _out = dataflow! {
        %pairs() :> *a, *b;
        :> *a + *b;
    };
}
