use rama::{PMap, dataflow};

dataflow! {
    ramaop bump($$counts: PMap<i64, i64>, *key: i64) :> i64 {
        |hash(*key);
        +compound $$count { *key => +count() };
        :> *key;
    }
}

fn main() {}
