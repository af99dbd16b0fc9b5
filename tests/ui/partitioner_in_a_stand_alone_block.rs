use rama::dataflow;

fn main() {
    let _out = dataflow! {
        3 :> *n;
        |hash(*n);
        :> *n;
    };
}
