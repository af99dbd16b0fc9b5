use rama::{PMap, defmodule, sources};

defmodule! {
    pub module Counts {
        depot *numbers: i64, random;

        microbatch counting {
            pstate $$counts: PMap<i64, i64>;
            pstate $$total: i64, global;
            sources: counts;
        }
    }
}

sources! {
    counts in Counts::counting {
        source> *numbers :> %microbatch;
        %microbatch() :> *n;
        select> $$total :> _;
        select> $$counts.count() :> *count;
        |hash(*n);
        +compound $$counts { *n => +sum(*count as i64) };
    }
}

fn main() {}
