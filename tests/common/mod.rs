//! What several tests share: the bank module, its model, and clusters of all kinds.
#![allow(missing_docs, dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;

use rama::{AckLevel, InProcessCluster};

#[path = "../../examples/bank_transfer/module.rs"]
mod module;

pub use module::*;

pub fn transfer(id: impl ToString, from: i64, to: i64, amt: i64) -> Transfer {
    Transfer { transfer_id: id.to_string(), from_user_id: from, to_user_id: to, amt }
}

/// All that the bank's depots and PStates hold.
#[derive(Debug, Default, PartialEq)]
pub struct Bank {
    pub deposits: Vec<Deposit>,
    pub transfers: Vec<Transfer>,
    pub funds: BTreeMap<i64, i64>,
    pub outgoing: BTreeMap<(i64, String), Outgoing>,
    pub incoming: BTreeMap<(i64, String), Incoming>,
}

/// Reads everything, from every task.
pub fn read_bank(cluster: &InProcessCluster) -> Bank {
    let mut bank = Bank::default();
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let transfers = cluster.depot(BankTransferModule::transfer_depot);
    let funds = cluster.pstate(BankTransferModule::funds);
    let outgoing = cluster.pstate(BankTransferModule::outgoing);
    let incoming = cluster.pstate(BankTransferModule::incoming);
    for task in 0..funds.num_partitions().unwrap() {
        let offsets = deposits.partition_offsets(task).unwrap();
        bank.deposits.extend(deposits.read(task, offsets).unwrap());
        let offsets = transfers.partition_offsets(task).unwrap();
        bank.transfers.extend(transfers.read(task, offsets).unwrap());
        for (user, amt) in funds.at_task(task).select(|p| p.all()).unwrap() {
            assert_eq!(bank.funds.insert(user, amt), None, "account {user} is on two tasks");
        }
        let (outgoing, incoming) = (outgoing.at_task(task), incoming.at_task(task));
        for user in outgoing.select(|p| p.map_keys()).unwrap() {
            for (id, row) in outgoing.select(|p| p.key(user).all()).unwrap() {
                assert_eq!(bank.outgoing.insert((user, id), row), None);
            }
        }
        for user in incoming.select(|p| p.map_keys()).unwrap() {
            for (id, row) in incoming.select(|p| p.key(user).all()).unwrap() {
                assert_eq!(bank.incoming.insert((user, id), row), None);
            }
        }
    }
    bank
}

/// Checks everything that must hold whatever the order in which tasks worked: which transfers
/// succeed may depend on it, but histories mirror the depots, both sides of a transfer agree, each
/// balance is what the successful ones leave, and none is negative.
pub fn check_bank(bank: &Bank) {
    let mut funds: BTreeMap<i64, i64> = BTreeMap::new();
    for deposit in &bank.deposits {
        *funds.entry(deposit.user_id).or_default() += deposit.amt;
    }
    assert_eq!(bank.outgoing.len(), bank.transfers.len(), "one outgoing row per transfer");
    assert_eq!(bank.incoming.len(), bank.transfers.len(), "one incoming row per transfer");
    for t in &bank.transfers {
        let out = &bank.outgoing[&(t.from_user_id, t.transfer_id.clone())];
        let (to_user_id, amt, success) = (t.to_user_id, t.amt, out.success);
        assert_eq!(*out, Outgoing { to_user_id, amt, success });
        let incoming = &bank.incoming[&(t.to_user_id, t.transfer_id.clone())];
        assert_eq!(*incoming, Incoming { from_user_id: t.from_user_id, amt, success });
        if success {
            *funds.entry(t.from_user_id).or_default() -= amt;
            *funds.entry(t.to_user_id).or_default() += amt;
        }
    }
    assert_eq!(bank.funds, funds, "balances are what deposits and successful transfers leave");
    assert!(bank.funds.values().all(|amt| *amt >= 0), "no balance is negative");
    let deposited: i64 = bank.deposits.iter().map(|deposit| deposit.amt).sum();
    assert_eq!(bank.funds.values().sum::<i64>(), deposited, "money is conserved");
}

/// Appends the known case and checks its known answers.
pub fn known_case(cluster: &InProcessCluster, level: AckLevel) {
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let transfers = cluster.depot(BankTransferModule::transfer_depot);
    for (user_id, amt) in [(0, 200), (1, 100), (2, 100)] {
        deposits.append_with(Deposit { user_id, amt }, level).unwrap();
    }
    cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, 3).unwrap();
    for t in [transfer("t1", 0, 1, 50), transfer("t2", 0, 2, 160), transfer("t3", 0, 2, 25)] {
        transfers.append_with(t, level).unwrap();
    }
    transfers.append_with(transfer("t4", 2, 1, 10), level).unwrap();
    cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, 7).unwrap();
    check_known_case(cluster);
}

pub fn check_known_case(cluster: &InProcessCluster) {
    let funds = cluster.pstate(BankTransferModule::funds);
    for (user, amt) in [(0, Some(125)), (1, Some(160)), (2, Some(115)), (3, None)] {
        assert_eq!(funds.select_one(|p| p.key(user)).unwrap(), amt);
    }
    let outgoing = cluster.pstate(BankTransferModule::outgoing);
    let incoming = cluster.pstate(BankTransferModule::incoming);
    let rows = outgoing.select(|p| p.key(0).map_vals()).unwrap();
    assert_eq!(
        rows,
        [(1, 50, true), (2, 160, false), (2, 25, true)]
            .map(|(to_user_id, amt, success)| Outgoing { to_user_id, amt, success })
    );
    let rows = outgoing.select(|p| p.key(2).map_vals()).unwrap();
    assert_eq!(rows, [Outgoing { to_user_id: 1, amt: 10, success: true }]);
    let rows = incoming.select(|p| p.key(1).map_vals()).unwrap();
    assert_eq!(
        rows,
        [(0, 50, true), (2, 10, true)].map(|(from_user_id, amt, success)| Incoming {
            from_user_id,
            amt,
            success
        })
    );
    let rows = incoming.select(|p| p.key(2).map_vals()).unwrap();
    assert_eq!(
        rows,
        [(0, 160, false), (0, 25, true)].map(|(from_user_id, amt, success)| Incoming {
            from_user_id,
            amt,
            success
        })
    );
    assert_eq!(outgoing.select_one(|p| p.key(1).count()).unwrap(), 0);
    check_bank(&read_bank(cluster));
}
