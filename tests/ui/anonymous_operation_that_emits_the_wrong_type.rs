use rama::dataflow;

fn main() {
    let _out = dataflow! {
        <<ramaop %name(*n: i64) :> String { :> *n; }
        %name(3) :> *n;
        :> *n;
    };
}
