//! The bank: its records and its module.

use rama::{PMap, Record, defmodule};
use serde::{Deserialize, Serialize};

/// Money put into an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub struct Deposit {
    /// The account.
    pub user_id: i64,
    /// How much.
    pub amt: i64,
}

/// Money to be moved, if the sender has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub struct Transfer {
    /// Names the transfer in both histories.
    pub transfer_id: String,
    /// The sender.
    pub from_user_id: i64,
    /// The receiver.
    pub to_user_id: i64,
    /// How much.
    pub amt: i64,
}

/// A transfer in its sender's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub struct Outgoing {
    /// The receiver.
    pub to_user_id: i64,
    /// How much.
    pub amt: i64,
    /// Whether the sender had it.
    pub success: bool,
}

/// A transfer in its receiver's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub struct Incoming {
    /// The sender.
    pub from_user_id: i64,
    /// How much.
    pub amt: i64,
    /// Whether the sender had it.
    pub success: bool,
}

defmodule! {
    /// Moves funds between accounts, exactly once, never below zero.
    pub module BankTransferModule {
        depot *transfer_depot: Transfer, hash_by(.from_user_id);
        depot *deposit_depot: Deposit, hash_by(.user_id);

        microbatch banking {
            pstate $$funds: PMap<i64, i64>;
            pstate $$outgoing: PMap<i64, PMap<String, Outgoing>>;
            pstate $$incoming: PMap<i64, PMap<String, Incoming>>;

            sources! {
                source> *transfer_depot :> %microbatch;
                %microbatch() :> Transfer { *transfer_id, *from_user_id, *to_user_id, *amt };

                // Events on one task run serially, so this check cannot race.
                local_select> $$funds.key(*from_user_id).nil_to_val(0) :> *funds;
                *funds >= *amt :> *success;
                <<if *success {
                    local_transform> $$funds.key(*from_user_id).term(|curr| curr - *amt);
                }
                local_transform> $$outgoing.key(*from_user_id).key(*transfer_id)
                    .termval(Outgoing { to_user_id: *to_user_id, amt: *amt, success: *success });

                // From here on we run on the task that owns `to_user_id`.
                |hash(*to_user_id);
                <<if *success {
                    +compound $$funds { *to_user_id => +sum(*amt) };
                }
                local_transform> $$incoming.key(*to_user_id).key(*transfer_id)
                    .termval(Incoming {
                        from_user_id: *from_user_id,
                        amt: *amt,
                        success: *success
                    });

                source> *deposit_depot :> %microbatch;
                %microbatch() :> Deposit { *user_id, *amt };
                +compound $$funds { *user_id => +sum(*amt) };
            }
        }
    }
}
