use rama::dataflow;

dataflow! {
    ramaop between(*from: i64, *to: i64) :> i64 { %range(*from, *to) :> *n; :> *n; }
}

fn main() {
    let _out = dataflow! {
        between(3, 5) :> *n;
        :> *n + 1;
    };
}
