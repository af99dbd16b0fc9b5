use rama::{InProcessCluster, PMap, defmodule};

defmodule! {
    pub module Counts {
        depot *numbers: i64, random;

        microbatch counting {
            pstate $$counts: PMap<i64, i64>, private;

            sources! {
                source> *numbers :> %microbatch;
                %microbatch() :> *n;
                |hash(*n);
                +compound $$counts { *n => +count() };
            }
        }
    }
}

fn main() {
    let cluster = InProcessCluster::temporary().unwrap();
    let _ = cluster.pstate(Counts::counts);
}
