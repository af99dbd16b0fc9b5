use rama::dataflow;

dataflow! {
    ramaop pairs(*n: i64) :> i64, i64 { :> *n, *n + 1; }
}

fn main() {
    let _out = dataflow! {
        vec![1, 2] :> *list;
        *list.iter().map(|n| %pairs(*n)).count() :> *n;
        :> *n;
    };
}
