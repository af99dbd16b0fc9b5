//! Operations that call each other would be defined without end.
use rama::dataflow;

dataflow! {
    ramaop even(*n: i64) :> bool {
        <<if *n == 0 { :> true; } else { %odd(*n - 1) :> *is; :> *is; }
    }
    ramaop odd(*n: i64) :> bool {
        <<if *n == 0 { :> false; } else { %even(*n - 1) :> *is; :> *is; }
    }
}

fn main() {}
