use rama::dataflow;

fn main() {
    let _out = dataflow! {
        %self(3) :> *n;
        :> *n;
    };
}
