use rama::dataflow;

fn main() {
    let _out = dataflow! {
        %explod(vec![1, 2]) :> *n;
        :> *n;
    };
}
