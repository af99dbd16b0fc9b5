use rama::dataflow;

dataflow! {
    ramaop count(*n: i64) :> i64 {
        :> *n;
        recur> *n - 1;
    }
}

fn main() {}
