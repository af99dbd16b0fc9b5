use rama::dataflow;

dataflow! {
    ramafn clamped(*n: i64) -> i64 {
        <<if *n > 10 { :> 10; }
        :> *n;
    }
}

fn main() {}
