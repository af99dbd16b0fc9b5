use rama::dataflow;

dataflow! {
    ramaop split(*n: i64) even> i64, bool {
        even> *n;
    }
}

fn main() {}
