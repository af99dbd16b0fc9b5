use rama::dataflow;

fn main() {
    let _out = dataflow! {
        %explode :> *n;
        :> *n;
    };
}
