use rama::dataflow;

dataflow! {
    ramafn factorial(*n: u64, *acc: u64) -> u64 {
        <<if *n == 0 { :> *acc; } else { recur> *n - 1, "one"; }
    }
}

fn main() {}
