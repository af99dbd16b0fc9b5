use rama::dataflow;

fn main() {
    let _out = dataflow! {
        %explode(3) :> *n;
        :> *n;
    };
}
