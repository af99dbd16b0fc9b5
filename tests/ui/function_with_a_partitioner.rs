use rama::dataflow;

dataflow! {
    ramafn moved(*n: i64) -> i64 {
        |hash(*n);
        :> *n;
    }
}

fn main() {}
