use rama::dataflow;

dataflow! {
    ramafn double(*n: i64) -> i64;

    ramafn triple(*n: i64) -> i64 { :> *n * 3; }
}

fn main() {}
