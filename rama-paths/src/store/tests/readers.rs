//! Readers on other threads see whole applies, and failures of the owner's code touch nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::path::{PStatePath, nav::Root};
use crate::schema::PMap;
use crate::store::{AnyPartition, Partition};

type Funds = PMap<i64, i64>;

fn funds() -> PStatePath<(), Root<Funds>> {
    PStatePath::new()
}

#[test]
fn a_reader_sees_all_of_an_apply_or_nothing() {
    let mut partition = Partition::<Funds>::new();
    for key in 0..8 {
        partition.transform(funds().key(key).termval(100)).expect("the write succeeds");
    }
    partition.apply();
    let committed = partition.committed();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let values = committed.select(&funds().map_vals()).expect("it can be read");
                assert_eq!(values.iter().sum::<i64>(), 800);
            }
        });
        for round in 0..2000 {
            let (from, to) = (round % 8, (round * 3 + 1) % 8);
            partition.transform(funds().must(from).term(|c| c - 1)).expect("the write succeeds");
            partition.transform(funds().must(to).term(|c| c + 1)).expect("the write succeeds");
            if round % 5 == 0 {
                partition.discard();
            } else {
                partition.apply();
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_panic_in_a_closure_touches_nothing() {
    let mut partition = Partition::<Funds>::new();
    partition.transform(funds().key(1).termval(5)).expect("the write succeeds");
    partition.apply();
    let committed = partition.committed();
    partition.transform(funds().key(2).termval(6)).expect("the write succeeds");
    let panic = catch_unwind(AssertUnwindSafe(|| {
        partition.transform(funds().map_vals().term(|c| if c == 6 { panic!("no") } else { c + 1 }))
    }));
    assert!(panic.is_err());
    assert_eq!(committed.select(&funds().all()).expect("it can be read"), [(1, 5)]);
    partition.discard();
    assert_eq!(partition.select(&funds().all()).expect("it can be read"), [(1, 5)]);
    partition.transform(funds().key(3).termval(7)).expect("the write succeeds");
    partition.apply();
    assert_eq!(committed.select_one(&funds().count()).expect("it can be read"), 2);
}

#[test]
fn others_see_committed_rows_only() {
    let mut partition = Partition::<Funds>::new();
    partition.transform(funds().key(1).termval(5)).expect("the write succeeds");
    assert_eq!(partition.select_one(&funds().key(1)), Ok(Some(5)));
    assert_eq!(partition.select_one_committed(&funds().key(1)), Ok(None));
    assert_eq!(partition.select_committed(&funds().all()), Ok(vec![]));
    partition.apply();
    assert_eq!(partition.select_one_committed(&funds().key(1)), Ok(Some(5)));
}
