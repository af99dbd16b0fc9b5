use rama::{PMap, defmodule};

fn by_tens(partitions: usize, key: &i64) -> usize {
    *key as usize / 10 % partitions
}

defmodule! {
    pub module Counts {
        depot *numbers: i64, hash_by(by_itself);

        microbatch counting {
            pstate $$counts: PMap<i64, i64>, initial(0);

            sources! {
                source> *numbers :> %microbatch;
                %microbatch() :> *n;
                local_transform> $$counts.key(*n).termval(1);
            }
        }
    }
}

fn by_itself(n: &i64) -> i64 {
    *n
}

fn main() {
    let _ = by_tens;
}
