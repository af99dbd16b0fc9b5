use rama::dataflow;

fn main() {
    let _out = dataflow! {
        limit + 1 :> *n;
        :> *n;
    };
}
