//! A bank in a crate that knows `rama` as `store`: all macros and derives, in its library.
//!
//! `rama` is something else here, which code of the user's may name beside that of the macros.
#![deny(warnings, clippy::all, clippy::pedantic)]

pub mod transfers;

use serde::{Deserialize, Serialize};
use store::{PMap, PState, Record, dataflow, defmodule};

/// What `rama` means in this crate.
pub mod rama {
    /// A fee for so much.
    #[must_use]
    pub fn fee(amount: i64) -> i64 {
        amount / 100
    }
}

/// Money that comes from outside.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Deposit {
    /// Whose it is then.
    pub user: String,
    /// How much it is.
    pub amount: i64,
}

/// What somebody does.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub enum Order {
    /// Gives money to others, in equal parts.
    Share {
        /// Who gives.
        from: String,
        /// Who gets.
        to: Vec<String>,
        /// How much it is.
        amount: i64,
    },
    /// Pays the bank.
    Fee(String, i64),
}

/// An account.
#[derive(PState)]
pub struct Account {
    /// What it holds.
    pub balance: i64,
    /// How often each other account got something.
    pub partners: PMap<String, i64>,
}

dataflow! {
    /// What each of some people gets.
    pub ramaop shares(*to: Vec<String>, *amount: i64) rest> i64 :> String, i64 {
        *to.len() as i64 :> *parts;
        <<if *parts == 0 {
            rest> *amount;
        } else {
            rest> *amount % *parts;
            *amount / *parts :> *part;
            %explode(*to) :> *name;
            |hash(*name);
            :> *name, *part;
        }
    }

    /// What is left without the fee.
    pub ramafn without_fee(*amount: i64) -> i64 { :> *amount - crate::rama::fee(*amount); }
}

defmodule! {
    /// A bank.
    pub module Bank {
        depot *deposits: Deposit, hash_by(.user);
        depot *orders: Order, random;

        microbatch banking {
            pstate $$accounts: PMap<String, Account>;

            sources! {
                source> *deposits :> %batch;
                %batch() :> Deposit { *user, *amount };
                +compound $$accounts { *user => { balance: +sum(without_fee(*amount)) } };
            }
            sources: transfers::transfers;
        }
    }
}

/// All that the language can do at once, as an expression.
#[must_use]
pub fn numbers(up_to: i64) -> Vec<(i64, i64)> {
    dataflow! {
        %explode(0..up_to) :> *n;
        <<ramafn %square(*x: i64) -> i64 { :> *x * *x; }
        <<ramaop %both(*x: i64) :> i64 { :> *x; :> *x + *n; }
        loop<- [*i = 0 :> *i] { :> *i; filter> *i < *n; continue> *i + 1; }
        %both(*i) :> *m;
        filter> *m % 2 == 0;
        :> *n, %square(*m);
    }
}
