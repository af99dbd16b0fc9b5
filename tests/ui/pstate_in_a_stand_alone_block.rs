use rama::dataflow;

fn main() {
    let _out = dataflow! {
        select> $$funds.key(3) :> *n;
        :> *n;
    };
}
