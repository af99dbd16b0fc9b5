use rama::dataflow;

dataflow! {
    ramaop all(*n: i64) :> i64 {
        source> *numbers :> %mb;
        :> *n;
    }
}

fn main() {}
