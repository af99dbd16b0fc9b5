use rama::{PMap, Record, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub from: i64,
    pub to: i64,
    pub amount: i64,
}

defmodule! {
    pub module Bank {
        depot *transfers: Transfer, hash_by(.from);

        microbatch banking {
            pstate $$funds: PMap<i64, i64>;

            sources! {
                source> *transfers :> %microbatch;
                %microbatch() :> Transfer { *from, *to, *amount };
                *amount = *amount * 2;
                +compound $$funds { *from => +sum(*amount) };
                *to :> _;
            }
        }
    }
}

fn main() {}
