use rama::dataflow;

dataflow! {
    ramaop neighbours(*n: i64) -> i64 {
        :> *n - 1;
        :> *n + 1;
    }
}

fn main() {}
