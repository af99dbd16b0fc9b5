//! Sources of a topology in a file of their own.

use rama::sources;

use super::Deposit;

sources! {
    /// What deposits do.
    pub deposits in super::Ledger::accounts {
        source> *deposits :> %mb;
        %mb() :> Deposit { *user, *amount };
        +compound $$funds { *user => +sum(*amount) };
        |shuffle;
        +compound $$shuffled { *user => +count() };
    }
}
