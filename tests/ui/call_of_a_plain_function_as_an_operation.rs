use rama::dataflow;

fn double(n: i64) -> i64 {
    n * 2
}

fn main() {
    let _out = dataflow! {
        %double(3) :> *n;
        :> *n;
    };
}
