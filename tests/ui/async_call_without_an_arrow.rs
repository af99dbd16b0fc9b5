//! What an asynchronous call delivers has no name.
use rama::dataflow;

async fn fetch(n: i64) -> Result<i64, String> {
    Ok(n)
}

fn main() {
    let out = dataflow! {
        1 :> *n;
        each_async> fetch(*n).await;
        :> *n;
    };
    assert_eq!(out, [1]);
}
