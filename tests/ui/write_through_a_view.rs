//! What a function makes of a value is stored nowhere.
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
                local_transform> $$history.key(*from).key(*amount).view(|row| row + 1).termval(2);
            }
        }
    }
}

fn main() {}
