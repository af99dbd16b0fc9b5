//! Deltas: the counter, bad bytes, and writes that end in nothing.

use crate::error::{PathError, StoreError};
use crate::path::{PStatePath, nav::Root};
use crate::schema::PMap;
use crate::store::delta::Reader;
use crate::store::{AnyPartition, Partition};

type Nested = PMap<i64, PMap<i64, String>>;

fn nested() -> PStatePath<(), Root<Nested>> {
    PStatePath::new()
}

fn delta(partition: &Partition<Nested>) -> Vec<u8> {
    let mut out = Vec::new();
    partition.encode_delta(&mut out).expect("it serializes");
    out
}

fn written() -> Partition<Nested> {
    let mut partition = Partition::new();
    let path = nested().key(1).key(2).termval("a".to_owned());
    partition.transform(path).expect("the write succeeds");
    partition
}

#[test]
fn the_bytes_are_fixed() {
    let delta = delta(&written());
    let mut reader = Reader::new(&delta).expect("the head is good");
    assert_eq!(reader.counter, 2);
    let first = reader.next_op().expect("it is good").expect("there is one");
    let second = reader.next_op().expect("it is good").expect("there is one");
    assert!(reader.next_op().expect("it is good").is_none());
    assert_eq!((first.structure, second.structure), (0, 1));
    // Node ids are hashes of places in the schema and are kept in logs.
    assert_eq!((first.node, second.node), (2_926_410_796, 4_000_351_425));
}

#[test]
fn every_prefix_and_every_flipped_byte_is_refused_or_harmless() {
    let whole = delta(&written());
    for end in 0..whole.len() {
        let mut partition = Partition::<Nested>::new();
        if partition.apply_delta(&whole[..end]).is_err() {
            assert_eq!(partition.row_count().expect("the rows are counted"), 0);
            assert!(!partition.has_writes());
        }
        let mut changed = whole.clone();
        changed[end] ^= 0xff;
        let mut partition = Partition::<Nested>::new();
        if partition.apply_delta(&changed).is_err() {
            assert_eq!(partition.row_count().expect("the rows are counted"), 0);
        }
    }
}

#[test]
fn another_version_is_refused() {
    let mut bytes = delta(&written());
    bytes[0] = 9;
    let error = Partition::<Nested>::new().apply_delta(&bytes);
    assert!(matches!(error, Err(StoreError::Version { found: 9, .. })));
}

#[test]
fn a_delta_of_another_schema_is_refused() {
    let bytes = delta(&written());
    let error = Partition::<PMap<i64, i64>>::new().apply_delta(&bytes);
    assert!(matches!(error, Err(StoreError::UnknownNode { .. } | StoreError::Decode(_))));
}

#[test]
fn ids_do_not_come_back() {
    let mut partition = written();
    let first = delta(&partition);
    partition.apply();
    // The structure goes in the next attempt, and another takes its key.
    partition.transform(nested().key(1).none()).expect("the write succeeds");
    partition.apply();
    assert_eq!(partition.row_count().expect("the rows are counted"), 0);
    let path = nested().key(1).key(3).termval("b".to_owned());
    partition.transform(path).expect("the write succeeds");
    assert_eq!(Reader::new(&delta(&partition)).expect("it is good").counter, 3);
    // A discarded attempt takes no ids.
    partition.discard();
    let path = nested().key(1).key(3).termval("b".to_owned());
    partition.transform(path).expect("the write succeeds");
    assert_eq!(Reader::new(&delta(&partition)).expect("it is good").counter, 3);
    partition.apply();
    assert!(matches!(
        partition.apply_delta(&first),
        Err(StoreError::Counter { found: 2, current: 3 })
    ));
}

#[test]
fn a_replay_over_writes_is_refused() {
    let mut partition = written();
    let bytes = delta(&partition);
    assert!(matches!(partition.apply_delta(&bytes), Err(StoreError::PendingWrites)));
}

#[test]
fn a_structure_made_and_dropped_in_one_attempt_leaves_nothing() {
    let mut partition = written();
    partition.transform(nested().key(1).none()).expect("the write succeeds");
    partition.apply();
    assert_eq!(partition.row_count().expect("the rows are counted"), 0);
    let path = nested().must(1).key(2).termval("a".to_owned());
    partition.transform(path).expect("the write succeeds");
    partition.transform(nested().key(1).key(2).none()).expect("the write succeeds");
    assert_eq!(partition.transform(nested().key(1).key(2).term(|v| v)), Err(PathError::Absent));
    partition.discard();
    assert!(!partition.has_writes());
}
