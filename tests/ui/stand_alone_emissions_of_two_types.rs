use rama::dataflow;

fn main() {
    let _out = dataflow! {
        :> 1;
        :> "two";
    };
}
