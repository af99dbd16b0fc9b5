use rama::defmodule;

fn by_tens(partitions: usize, key: &i64) -> usize {
    *key as usize / 10 % partitions
}

defmodule! {
    pub module Counts {
        depot *numbers: i64, hash_by(by_itself);

        microbatch counting {
            pstate $$counts: i64, global, initial;

            sources! {
                source> *numbers :> %microbatch;
                %microbatch() :> *n;
                local_transform> $$counts.term(|count| count + *n);
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
