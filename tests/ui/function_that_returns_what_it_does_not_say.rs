use rama::dataflow;

dataflow! {
    ramafn name(*n: i64) -> String { :> *n * 2; }
}

fn main() {}
