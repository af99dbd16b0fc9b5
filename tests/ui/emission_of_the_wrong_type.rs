use rama::dataflow;

dataflow! {
    ramaop names(*n: i64) :> String { :> *n; }
}

fn main() {}
