use rama::dataflow;

dataflow! {
    ramafn factorial(*n: u64, *acc: u64) -> u64 {
        <<if *n > 0 { recur> *n - 1, *acc * *n; }
        :> *acc;
    }
}

fn main() {}
