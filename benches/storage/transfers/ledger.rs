//! Checks the final state of a bank against its input.
//!
//! Which transfers are accepted depends on how debits and credits of one batch interleave on two
//! threads; everything else is fixed. So the state is checked against its own decisions, row by row.

use super::Input;
use crate::generate::{Digest, INITIAL, Move};

/// What is the same for all contestants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// All transfers, by sender.
    pub outgoing: Digest,
    /// Money in the bank.
    pub total: i64,
}

impl Summary {
    pub fn expected(input: &Input) -> Summary {
        let mut outgoing = Digest::default();
        for each in &input.moves {
            outgoing.add(each.from, each.id);
        }
        Summary { outgoing, total: input.accounts as i64 * INITIAL }
    }
}

/// Takes in the rows of a bank's final state.
pub struct Ledger<'a> {
    input: &'a Input,
    outgoing: Digest,
    /// By transfer: whether its outgoing row was there, and accepted.
    sent: Vec<Option<bool>>,
    received: Vec<bool>,
    /// By account: what the bank says, and what histories come to.
    funds: Vec<Option<i64>>,
    history: Vec<i64>,
}

impl<'a> Ledger<'a> {
    pub fn new(input: &'a Input) -> Ledger<'a> {
        let accounts = input.accounts as usize;
        Ledger {
            input,
            outgoing: Digest::default(),
            sent: vec![None; input.moves.len()],
            received: vec![false; input.moves.len()],
            funds: vec![None; accounts],
            history: vec![INITIAL; accounts],
        }
    }

    pub fn funds(&mut self, account: u64, funds: i64) {
        assert!(funds >= 0, "account {account} is below zero");
        let before = self.funds[account as usize].replace(funds);
        assert_eq!(before, None, "account {account} is there twice");
    }

    fn check(&self, row: Move) {
        let input = self.input.moves[row.id as usize];
        assert_eq!(row.words(), input.words(), "a row of transfer {}", row.id);
    }

    pub fn outgoing(&mut self, row: Move, accepted: bool) {
        self.check(row);
        self.outgoing.add(row.from, row.id);
        let before = self.sent[row.id as usize].replace(accepted);
        assert_eq!(before, None, "transfer {} went out twice", row.id);
        if accepted {
            self.history[row.from as usize] -= row.amount;
        }
    }

    pub fn incoming(&mut self, row: Move) {
        self.check(row);
        let before = std::mem::replace(&mut self.received[row.id as usize], true);
        assert!(!before, "transfer {} came in twice", row.id);
        self.history[row.to as usize] += row.amount;
    }

    /// Panics if anything does not fit. The number of accepted transfers.
    pub fn finish(self) -> usize {
        for (id, (sent, received)) in self.sent.iter().zip(&self.received).enumerate() {
            assert_eq!(*sent, Some(*received), "transfer {id}: sent and received");
        }
        for (account, (funds, history)) in self.funds.iter().zip(&self.history).enumerate() {
            assert_eq!(*funds, Some(*history), "account {account}: funds and histories");
        }
        let total = self.funds.iter().flatten().sum();
        let summary = Summary { outgoing: self.outgoing, total };
        assert_eq!(summary, Summary::expected(self.input), "the digest of the final state");
        self.received.iter().filter(|received| **received).count()
    }
}
