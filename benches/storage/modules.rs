//! The modules under test.

use rama::{PMap, PVec, Record, Untracked, defmodule};
use serde::{Deserialize, Serialize};

use crate::generate::{self, EVENT_BYTES, Move};

/// An event of W1: about 100 bytes encoded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct KeyEvent {
    pub key: u64,
    pub number: u64,
    #[serde(with = "serde_bytes")]
    pub filler: [u8; EVENT_BYTES - 16],
}

impl KeyEvent {
    pub fn new(key: u64, number: u64) -> KeyEvent {
        KeyEvent { key, number, filler: generate::filler(number) }
    }
}

defmodule! {
    /// W1: counts by key.
    pub module KeyCount {
        depot *events: KeyEvent, hash_by(.key);

        microbatch counting {
            pstate $$counts: PMap<u64, u64>;

            sources! {
                source> *events :> %microbatch;
                %microbatch() :> KeyEvent { *key, .. };
                +compound $$counts { *key => +count() };
            }
        }
    }
}

/// An item of a list.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct ListItem {
    pub list: u64,
    pub item: u64,
}

defmodule! {
    /// Items appended to lists.
    pub module Lists {
        depot *items: ListItem, hash_by(.list);

        microbatch appending {
            pstate $$lists: PMap<u64, PVec<u64>>;

            sources! {
                source> *items :> %microbatch;
                %microbatch() :> ListItem { *list, *item };
                local_transform> $$lists.key(*list).after_elem().termval(*item);
            }
        }
    }
}

/// A transfer of W2.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub id: u64,
    pub from: u64,
    pub to: u64,
    pub amount: i64,
}

impl From<Move> for Transfer {
    fn from(Move { id, from, to, amount }: Move) -> Transfer {
        Transfer { id, from, to, amount }
    }
}

/// What an account has at first.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct Deposit {
    pub account: u64,
    pub amount: i64,
}

/// To or from whom, how much, and whether it was accepted.
pub type Row = (u64, i64, bool);

defmodule! {
    /// W2: transfers if the sender has the money, with both histories. Nobody asks for the sizes of
    /// these, and redb by hand does not keep them either.
    pub module Bank {
        depot *transfers: Transfer, hash_by(.from);
        depot *deposits: Deposit, hash_by(.account);

        microbatch banking {
            pstate $$funds: PMap<u64, i64>;
            pstate $$outgoing: PMap<u64, PMap<u64, Row, Untracked>>;
            pstate $$incoming: PMap<u64, PMap<u64, Row, Untracked>>;

            sources! {
                source> *transfers :> %microbatch;
                %microbatch() :> Transfer { *id, *from, *to, *amount };
                local_select> $$funds.key(*from).nil_to_val(0) :> *funds;
                *funds >= *amount :> *ok;
                <<if *ok {
                    local_transform> $$funds.key(*from).termval(*funds - *amount);
                }
                local_transform> $$outgoing.key(*from).key(*id).termval((*to, *amount, *ok));
                filter> *ok;
                |hash(*to);
                +compound $$funds { *to => +sum(*amount) };
                local_transform> $$incoming.key(*to).key(*id).termval((*from, *amount, *ok));

                source> *deposits :> %microbatch;
                %microbatch() :> Deposit { *account, *amount };
                +compound $$funds { *account => +sum(*amount) };
            }
        }
    }
}

/// An item of W4: a value in a sorted structure.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Record)]
pub struct Item {
    pub structure: u64,
    pub at: u64,
    pub value: [u8; 16],
}

defmodule! {
    /// W4: counts by key, and sorted items.
    pub module Reads {
        depot *events: KeyEvent, hash_by(.key);
        depot *changes: Item, hash_by(.structure);

        microbatch indexing {
            pstate $$counts: PMap<u64, u64>;
            pstate $$items: PMap<u64, PMap<u64, [u8; 16]>>;

            sources! {
                source> *events :> %microbatch;
                %microbatch() :> KeyEvent { *key, .. };
                +compound $$counts { *key => +count() };

                source> *changes :> %changes;
                %changes() :> Item { *structure, *at, *value };
                local_transform> $$items.key(*structure).key(*at).termval(*value);
            }
        }
    }
}
