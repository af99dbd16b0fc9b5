//! What is fetched ahead of frames: the rows of the keys that sent them, in the PStates that the same
//! code reached before.

use std::sync::Arc;

use rama_paths::{AnyPartition, PMap, Partition, key_hash};

use super::super::{Label, StandAloneOwner, StateTable, w};
use super::{event, states};
use crate::pstate::PState;
use crate::task::{Batch, Column, Event, ModuleFacts, TaskState};

type Counts = PMap<u64, u64>;

const COUNTS: PState<StandAloneOwner, Counts> = PState::new("counts", 1);

/// The keys that the frames of a batch go with.
fn keys(batch: &mut Batch, label: Label<(u64,)>) -> Vec<u64> {
    let column = batch.column(label.index).as_any_mut();
    column.downcast_mut::<Column<(u64,)>>().expect("a column of its frames").keys(9).to_vec()
}

/// Has a frame sent for each of these keys.
fn sent(task: &mut TaskState, states: &StateTable<'_>, label: Label<(u64,)>) -> Batch {
    event(task, states, |cx| {
        for key in 5..8_u64 {
            cx.send(cx.hash(&key), label, (key,));
        }
    });
    task.outbox.take_first().expect("frames were sent")
}

#[test]
fn frames_go_with_their_keys_once_the_code_has_reached_a_pstate() {
    let (states, label) = states(|topology| {
        let label = topology.label("after");
        topology.define(label, (w(),), |cx, (key,): (u64,)| {
            cx.local_transform(COUNTS.path().key(key).termval(1));
        });
        label
    });
    let partition = || Box::new(Partition::<Counts>::new()) as Box<dyn AnyPartition>;
    let facts = Arc::new(ModuleFacts::stand_alone());
    let mut task = TaskState::new(0, vec![partition(), partition()], facts);

    let mut batch = sent(&mut task, &states, label);
    assert_eq!(keys(&mut batch, label), [0; 0], "nobody knows what the code reaches");
    let mut running = Event { task: &mut task, states: &states, topology: 0 };
    states.run(&mut running, label.index, batch.column(label.index), 3);
    assert_eq!(states.reached(label.index).indexes().collect::<Vec<_>>(), [1]);

    let mut batch = sent(&mut task, &states, label);
    let expected: Vec<u64> = (5..8_u64).map(|key| key_hash(&key).rows()).collect();
    assert_eq!(keys(&mut batch, label), expected);
    let mut running = Event { task: &mut task, states: &states, topology: 0 };
    states.run(&mut running, label.index, batch.column(label.index), 3);
    let counts = task.partitions[1].as_any().downcast_ref::<Partition<Counts>>();
    let counts = counts.expect("its schema").select(&COUNTS.path().all()).expect("a read");
    assert_eq!(counts, [(5, 1), (6, 1), (7, 1)]);
}
