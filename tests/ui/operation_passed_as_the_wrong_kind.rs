use rama::dataflow;

dataflow! {
    ramaop twice(%f: rama::Fun<(i64,), i64>, *n: i64) :> i64 { :> %f(%f(*n)); }
}

fn main() {
    let _out = dataflow! {
        <<ramaop %add(*n: i64) :> i64 { :> *n + 1; }
        %twice(%add, 3) :> *n;
        :> *n;
    };
}
