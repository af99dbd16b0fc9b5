use rama::dataflow;

fn main() {
    let _out = dataflow! {
        <<ramaop %split(*n: i64) even> i64 :> i64 {
            even> *n;
        }
        %split(3) :> *n;
        :> *n;
    };
}
