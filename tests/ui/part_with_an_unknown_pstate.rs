use rama::{PMap, Record, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub from: i64,
    pub to: i64,
    pub amount: i64,
}

mod transfers {
    use rama::sources;

    sources! {
        pub transfers in crate::Bank::banking {
            source> *deposits :> %mb;
            %mb() :> crate::Transfer { *from, *to, *amount };
            +compound $$fund { *from => +sum(*amount), *to => +sum(*amount) };
        }
    }
}

defmodule! {
    pub module Bank {
        depot *deposits: Transfer, hash_by(.from);

        microbatch banking {
            pstate $$funds: PMap<i64, i64>;

            sources: transfers::transfers;
        }
    }
}

fn main() {}
