use rama::dataflow;

dataflow! {
    ramafn double(*n: i64) { :> *n * 2; }
}

fn main() {}
