//! Operations that the tests, which are crates of their own, call: generic ones, with boundaries,
//! with several streams and with PStates.

use rama::{PMap, Record, dataflow};

dataflow! {
    /// Every item with its place, each on the task of its place.
    pub ramaop spread<T: Record>(*items: Vec<T>) :> i64, T {
        %explode_indexed(*items) :> *place, *item;
        *place as i64 :> *place;
        |hash(*place);
        :> *place, *item;
    }

    /// The same number to one of two streams.
    pub ramaop sieve(*n: i64, *divisor: i64) divisible> i64 other> i64, i64 {
        *n % *divisor :> *rest;
        <<if *rest == 0 { divisible> *n; } else { other> *n, *rest; }
    }

    /// Adds to what a key has, and emits the sum on the key's task.
    pub ramaop add($$sums: PMap<i64, i64>, *key: i64, *by: i64) :> i64 {
        |hash(*key);
        +compound $$sums { *key => +sum(*by) };
        local_select> $$sums.key(*key).nil_to_val(0) :> *sum;
        :> *sum;
    }

    /// The greatest common divisor.
    pub ramafn gcd(*a: i64, *b: i64) -> i64 {
        <<if *b == 0 { :> *a; } else { recur> *b, *a % *b; }
    }
}
