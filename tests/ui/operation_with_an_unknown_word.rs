use rama::dataflow;

dataflow! {
    pub ramapo neighbours(*n: i64) :> i64 { :> *n - 1; }
}

fn main() {}
