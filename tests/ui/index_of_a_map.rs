//! A map has no first element by index.
use rama::{PMap, PVec, Record, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub from: i64,
    pub amount: i64,
}

defmodule! {
    pub module Bank {
        depot *transfers: Transfer, hash_by(.from);

        microbatch banking {
            pstate $$history: PMap<i64, PMap<i64, i64>>;
            pstate $$lists: PMap<i64, PVec<i64>>;

            sources! {
                source> *transfers :> %mb;
                %mb() :> Transfer { *from, *amount };
                local_transform> $$history.key(*from).nth(*amount as usize).none();
            }
        }
    }
}

fn main() {}
