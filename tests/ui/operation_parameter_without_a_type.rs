use rama::dataflow;

dataflow! {
    ramaop twice(%f, *n: i64) :> i64 { :> *n; }
}

fn main() {}
