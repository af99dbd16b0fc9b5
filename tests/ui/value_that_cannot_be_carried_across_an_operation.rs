use rama::{PMap, Record, dataflow, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub from: i64,
    pub to: i64,
    pub amount: i64,
}

dataflow! {
    ramaop moved(*n: i64) :> i64 {
        |hash(*n);
        :> *n;
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
                std::sync::Mutex::new(*amount) :> *lock;
                %moved(*to) :> *there;
                +compound $$funds { *from => +sum(*amount), *there => +count() };
                *lock.lock().is_ok() :> _;
            }
        }
    }
}

fn main() {}
