//! Rows are taken down as they were frozen, whatever is written between two pages of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;

use fastrand::Rng;

use super::memory_backing::MemoryBacking;
use crate::error::StoreError;
use crate::path::{PStatePath, nav::Root};
use crate::schema::PMap;
use crate::store::node::FrozenSink;
use crate::store::{AnyPartition, AnyRows, Backing, Horizon, Partition};

type Nested = PMap<u8, PMap<u16, u32>>;
type Model = BTreeMap<u8, BTreeMap<u16, u32>>;

/// Structures, so few that each gets many rows.
const STRUCTURES: u8 = 6;

fn nested() -> PStatePath<(), Root<Nested>> {
    PStatePath::new()
}

/// A partition, and what is in it.
struct Owner {
    horizon: Arc<Horizon>,
    partition: Partition<Nested>,
    model: Model,
    position: u64,
}

impl Owner {
    fn new() -> Self {
        let horizon = Arc::new(Horizon::new(0, usize::MAX));
        let partition = Partition::over(Arc::clone(&horizon));
        Owner { horizon, partition, model: Model::default(), position: 0 }
    }

    /// Writes some rows of a structure, or removes some, or all, and folds them in.
    fn write(&mut self, rng: &mut Rng) {
        let structure = rng.u8(..STRUCTURES);
        let path = || nested().key(structure);
        if rng.u8(..20) == 0 {
            self.partition.transform(path().none()).expect("a write");
            self.model.remove(&structure);
        } else {
            let (first, count) = (rng.u16(..900), [1, 5, 20, 300][rng.usize(..4)]);
            for key in first..first + count {
                let rows = self.model.entry(structure).or_default();
                if rng.u8(..8) == 0 {
                    self.partition.transform(path().key(key).none()).expect("a write");
                    rows.remove(&key);
                } else {
                    let value = rng.u32(..);
                    self.partition.transform(path().key(key).termval(value)).expect("a write");
                    rows.insert(key, value);
                }
            }
        }
        self.position += 1;
        self.partition.seal(self.position);
        self.horizon.advance(self.position);
        assert!(self.partition.fold(self.position));
    }
}

/// Rows whose owner writes while they are taken down.
struct Disturbed<'a> {
    rows: Arc<dyn AnyRows>,
    /// Called before each change.
    between: Mutex<Box<dyn FnMut() + Send + 'a>>,
}

impl AnyRows for Disturbed<'_> {
    fn write_frozen(&self, sink: &mut FrozenSink<'_>) -> Result<(), StoreError> {
        let mut between = self.between.lock().expect("a lock");
        self.rows.write_frozen(&mut |change| {
            between();
            sink(change)
        })
    }

    fn finish(&self, backing: Arc<dyn Backing>) {
        self.rows.finish(backing);
    }

    fn replace_backing(&self, backing: Arc<dyn Backing>) {
        self.rows.replace_backing(backing);
    }
}

/// What a checkpoint holds, and what the structure counter was.
fn read(backing: &Arc<MemoryBacking>, counter: u64) -> Model {
    let mut partition = Partition::<Nested>::over(Arc::new(Horizon::new(1, usize::MAX)));
    partition.attach(Arc::clone(backing) as Arc<_>, counter);
    let mut model = Model::default();
    for structure in 0..STRUCTURES {
        let rows = partition.select(&nested().key(structure).all()).expect("a read");
        if !rows.is_empty() {
            model.insert(structure, rows.into_iter().collect());
        }
    }
    model
}

#[test]
fn a_checkpoint_has_each_row_as_it_was_frozen_while_small_structures_grow_change_and_go() {
    for seed in 0..40 {
        let mut rng = Rng::with_seed(seed);
        let owner = Mutex::new(Owner::new());
        let mut backing = Arc::new(MemoryBacking::default());
        for _ in 0..8 {
            let mut disturber = rng.fork();
            let (rows, nodes, counter, mut frozen) = {
                let mut owner = owner.lock().expect("a lock");
                for _ in 0..rng.usize(1..8) {
                    owner.write(&mut rng);
                }
                let counter = owner.partition.freeze();
                let partition = &owner.partition;
                (partition.rows(), partition.nodes(), counter, owner.model.clone())
            };
            frozen.retain(|_, rows| !rows.is_empty());
            let between = Box::new(|| {
                if disturber.u8(..60) == 0 {
                    owner.lock().expect("a lock").write(&mut disturber);
                }
            });
            let rows = Disturbed { rows, between: Mutex::new(between) };
            let next = backing.checkpoint(&rows, &nodes, usize::MAX);
            backing = Arc::new(next.expect("it is written"));
            assert_eq!(read(&backing, counter), frozen, "seed {seed}");
            rows.finish(Arc::clone(&backing) as Arc<_>);
        }
    }
}

type Flat = PMap<u16, u32>;

/// A partition with one structure, most of whose rows have no room in memory, and what is in it.
struct FlatOwner {
    horizon: Arc<Horizon>,
    partition: Partition<Flat>,
    model: BTreeMap<u16, u32>,
    position: u64,
}

impl FlatOwner {
    const KEYS: u16 = 3_000;

    fn new(cache_bytes: usize) -> Self {
        let horizon = Arc::new(Horizon::new(0, cache_bytes));
        let partition = Partition::over(Arc::clone(&horizon));
        FlatOwner { horizon, partition, model: BTreeMap::new(), position: 0 }
    }

    fn path() -> PStatePath<(), Root<Flat>> {
        PStatePath::new()
    }

    /// Writes some rows and folds them in, or reads some, which then stay in the place of others.
    fn disturb(&mut self, rng: &mut Rng) {
        if rng.bool() {
            for _ in 0..rng.usize(1..100) {
                let key = rng.u16(..Self::KEYS);
                let expected: Vec<u32> = self.model.get(&key).copied().into_iter().collect();
                let path = Self::path().must(key);
                assert_eq!(self.partition.select(&path).expect("a read"), expected);
            }
            return;
        }
        let first = rng.u16(..Self::KEYS);
        for _ in 0..rng.usize(1..300) {
            let key = (first + rng.u16(..500)) % Self::KEYS;
            if rng.u8(..8) == 0 {
                self.partition.transform(Self::path().key(key).none()).expect("a write");
                self.model.remove(&key);
            } else {
                let value = rng.u32(..);
                self.partition.transform(Self::path().key(key).termval(value)).expect("a write");
                self.model.insert(key, value);
            }
        }
        self.position += 1;
        self.partition.seal(self.position);
        self.horizon.advance(self.position);
        assert!(self.partition.fold(self.position));
    }

    /// What a checkpoint holds.
    fn read(backing: &Arc<MemoryBacking>, counter: u64) -> BTreeMap<u16, u32> {
        let mut partition = Partition::<Flat>::over(Arc::new(Horizon::new(1, usize::MAX)));
        partition.attach(Arc::clone(backing) as Arc<_>, counter);
        partition.select(&Self::path().all()).expect("a read").into_iter().collect()
    }
}

#[test]
fn a_checkpoint_has_each_row_as_it_was_frozen_while_rows_take_the_places_of_others_that_leave() {
    for seed in 0..40 {
        let mut rng = Rng::with_seed(seed);
        let owner = Mutex::new(FlatOwner::new(rng.usize(..100_000)));
        let mut backing = Arc::new(MemoryBacking::default());
        for _ in 0..8 {
            let (mut disturber, mut other) = (rng.fork(), rng.fork());
            let (rows, nodes, counter, frozen) = {
                let mut owner = owner.lock().expect("a lock");
                for _ in 0..rng.usize(1..12) {
                    owner.disturb(&mut rng);
                }
                let counter = owner.partition.freeze();
                let frozen = owner.model.clone();
                for _ in 0..rng.usize(..6) {
                    owner.disturb(&mut rng);
                }
                let partition = &owner.partition;
                (partition.rows(), partition.nodes(), counter, frozen)
            };
            let between = Box::new(|| {
                if disturber.u8(..60) == 0 {
                    owner.lock().expect("a lock").disturb(&mut disturber);
                }
            });
            let rows = Disturbed { rows, between: Mutex::new(between) };
            let next = thread::scope(|scope| {
                scope.spawn(|| {
                    for _ in 0..8 {
                        owner.lock().expect("a lock").disturb(&mut other);
                    }
                });
                backing.checkpoint(&rows, &nodes, usize::MAX)
            });
            backing = Arc::new(next.expect("it is written"));
            assert!(FlatOwner::read(&backing, counter) == frozen, "seed {seed}");
            rows.finish(Arc::clone(&backing) as Arc<_>);
        }
    }
}
