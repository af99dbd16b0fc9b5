use rama::dataflow;

fn main() {
    let _out = dataflow! {
        <<ramaop %add(*n: i64) :> i64 { :> *n + 1; }
        %add("three") :> *n;
        :> *n;
    };
}
