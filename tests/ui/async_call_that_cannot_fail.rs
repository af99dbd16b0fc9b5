//! An asynchronous call delivers a `Result`.
use rama::dataflow;

async fn fetch(n: i64) -> i64 {
    n
}

fn main() {
    let out = dataflow! {
        1 :> *n;
        each_async> fetch(*n).await :> *m;
        :> *m;
    };
    assert_eq!(out, [1]);
}
