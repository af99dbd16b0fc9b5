//! Statements have one attribute.
use rama::dataflow;

fn main() {
    let out = dataflow! {
        #[aligned]
        1 :> *n;
        :> *n;
    };
    assert_eq!(out, [1]);
}
