use rama::dataflow;

fn main() {
    let _out = dataflow! {
        3 :> *n;
        %n(4) :> *m;
        :> *m;
    };
}
