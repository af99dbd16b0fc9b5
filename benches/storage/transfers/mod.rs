//! W2: transfers between accounts if the sender has the money, exactly once, with both histories; a
//! transfer is durable in a log before it counts.

mod by_hand;
mod ledger;
mod rama;
mod redb;

pub use by_hand::run_by_hand;
pub use rama::run_rama;
pub use redb::run_redb;

use crate::generate::{Move, moves};

/// The input.
pub struct Input {
    moves: Vec<Move>,
    accounts: u64,
}

impl Input {
    pub fn new(count: usize, accounts: u64) -> Input {
        Input { moves: moves(count, accounts), accounts }
    }
}
