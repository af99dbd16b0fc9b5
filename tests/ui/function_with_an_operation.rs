use rama::dataflow;

dataflow! {
    ramafn each(*n: i64) -> i64 {
        %range(0, *n) :> *i;
        :> *i;
    }
}

fn main() {}
