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
                *missing_1 :> _;
                *missing_2 :> _;
                *missing_3 :> _;
                *missing_4 :> _;
                *missing_5 :> _;
                *missing_6 :> _;
                *missing_7 :> _;
                *missing_8 :> _;
                *missing_9 :> _;
                *missing_10 :> _;
                *missing_11 :> _;
                *missing_12 :> _;
                *missing_13 :> _;
                *missing_14 :> _;
                *missing_15 :> _;
                *missing_16 :> _;
                *missing_17 :> _;
                *missing_18 :> _;
                *missing_19 :> _;
                *missing_20 :> _;
                *missing_21 :> _;
                *missing_22 :> _;
                *missing_23 :> _;
                *missing_24 :> _;
                *from, *to, *amount :> _, _, _;
            }
        }
    }
}

fn main() {}
