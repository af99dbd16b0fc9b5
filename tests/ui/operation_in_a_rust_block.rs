use rama::dataflow;

fn main() {
    let _out = dataflow! {
        vec![1, 2] :> *list;
        { let sum = %explode(*list); sum } :> *n;
        :> *n;
    };
}
