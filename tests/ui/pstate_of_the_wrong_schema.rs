use rama::{PMap, Record, dataflow, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub from: i64,
    pub to: i64,
    pub amount: i64,
}

dataflow! {
    ramaop bump($$counts: PMap<String, i64>, *key: i64) :> i64 {
        local_select> $$counts.key(format!("{key}")).nil_to_val(0) :> *count;
        :> *count;
    }
}

defmodule! {
    pub module Bank {
        depot *transfers: Transfer, hash_by(.from);

        microbatch banking {
            pstate $$funds: PMap<i64, i64>;

            sources! {
                source> *transfers :> %microbatch;
                %microbatch() :> Transfer { *from, *to, *amount };
                %bump($$funds, *to) :> *count;
                +compound $$funds { *from => +sum(*amount + *count) };
            }
        }
    }
}

fn main() {}
