use rama::{PMap, Record, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub from: i64,
    pub to: i64,
    pub amount: i64,
}

pub enum Kind {
    Small(i64),
    Large,
}

impl Kind {
    fn of(n: i64) -> Kind {
        if n > 10 { Kind::Large } else { Kind::Small(n) }
    }
}

defmodule! {
    pub module Bank {
        depot *transfers: Transfer, hash_by(.from);

        microbatch banking {
            pstate $$funds: PMap<i64, i64>;

            sources! {
                source> *transfers :> %microbatch;
                %microbatch() :> Transfer { *from, *amount, .. };
                Kind::of(*amount) :> *kind;
                <<subsource *kind {
                    case> Kind::Small(*n) => { *n :> *bonus; }
                }
                +compound $$funds { *from => +sum(*bonus) };
            }
        }
    }
}

fn main() {}
