//! The layers of committed rows beside models: commits that become visible later, readers that hold an
//! old position, checkpoints that fail and are written again, a cache that is too small, and recovery
//! from a checkpoint and the deltas behind it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use proptest::prelude::*;

use super::memory_backing::{BrokenBacking, GarbledBacking, InterruptedBacking, MemoryBacking};
use super::model::{
    Case, Deep, Flat, Histories, Nested, Source, deep_write, flat_write, history_write,
    nested_write,
};
use crate::error::PathError;
use crate::path::{PStatePath, nav::Root};
use crate::schema::{PMap, Untracked};
use crate::store::{AnyPartition, Horizon, Partition, Pin};

#[derive(Debug, Clone)]
enum Step<W> {
    Write(W),
    Discard,
    /// Commits what was written; it is not visible yet.
    Seal,
    /// Makes so many more commits visible, and folds.
    Publish(usize),
    Pin,
    Unpin(usize),
    Revoke,
    Freeze,
    /// Writes what is frozen, and fails at that change if there are so many.
    WriteFrozen(usize),
    Finish,
    /// The process dies; everything sealed was durable.
    Recover,
    /// Everything is read. What is never read is stored in other ways.
    Look,
}

fn steps<W: std::fmt::Debug + Clone + 'static>(
    write: impl Strategy<Value = W> + 'static,
) -> impl Strategy<Value = Vec<Step<W>>> {
    let step = prop_oneof![
        24 => write.prop_map(Step::Write),
        1 => Just(Step::Discard),
        8 => Just(Step::Seal),
        6 => (1..4_usize).prop_map(Step::Publish),
        2 => Just(Step::Pin),
        3 => (0..4_usize).prop_map(Step::Unpin),
        1 => Just(Step::Revoke),
        5 => Just(Step::Freeze),
        4 => prop_oneof![(0..9_usize).boxed(), Just(usize::MAX).boxed()]
            .prop_map(Step::WriteFrozen),
        4 => Just(Step::Finish),
        1 => Just(Step::Recover),
        1 => Just(Step::Look),
    ];
    prop::collection::vec(step, 1..160)
}

/// A checkpoint that can be recovered from.
#[derive(Clone, Default)]
struct Checkpoint {
    position: u64,
    counter: u64,
    backing: Arc<MemoryBacking>,
}

/// A checkpoint under way.
struct Running {
    position: u64,
    counter: u64,
    written: Option<MemoryBacking>,
}

struct Layered<C: Case> {
    horizon: Arc<Horizon>,
    partition: Partition<C::Schema>,
    cache_bytes: usize,
    /// The delta and the state behind each commit; the position is its place, from 1 on.
    commits: Vec<(Vec<u8>, C::Model)>,
    live: C::Model,
    pins: Vec<(Pin, C::Model)>,
    checkpoint: Checkpoint,
    running: Option<Running>,
}

impl<C: Case> Layered<C> {
    fn new(cache_bytes: usize) -> Self {
        let horizon = Arc::new(Horizon::new(0, cache_bytes));
        Layered {
            partition: Partition::over(Arc::clone(&horizon)),
            horizon,
            cache_bytes,
            commits: Vec::new(),
            live: C::Model::default(),
            pins: Vec::new(),
            checkpoint: Checkpoint { counter: 1, ..Checkpoint::default() },
            running: None,
        }
    }

    fn state_at(&self, position: u64) -> C::Model {
        let commit = (position as usize).checked_sub(1).map(|at| &self.commits[at]);
        commit.map_or_else(C::Model::default, |(_, model)| model.clone())
    }

    fn sealed(&self) -> u64 {
        self.commits.len() as u64
    }

    fn step(&mut self, step: Step<C::Write>) {
        match step {
            Step::Write(write) => {
                C::write(&mut self.partition, &write);
                C::model(&mut self.live, &write);
            }
            Step::Discard => {
                self.partition.discard();
                self.live = self.state_at(self.sealed());
            }
            Step::Seal => {
                let mut delta = Vec::new();
                self.partition.encode_delta(&mut delta).expect("it serializes");
                self.commits.push((delta, self.live.clone()));
                self.partition.seal(self.sealed());
            }
            Step::Publish(count) => {
                let to = self.sealed().min(self.horizon.visible() + count as u64);
                self.horizon.advance(to);
                self.partition.fold(to);
            }
            Step::Pin => {
                let pin = self.partition.committed().pin();
                let model = self.state_at(pin.position());
                self.pins.push((pin, model));
            }
            Step::Unpin(at) => {
                if at < self.pins.len() {
                    drop(self.pins.swap_remove(at));
                }
            }
            Step::Revoke => {
                let ended = self.horizon.revoke_before(u64::MAX - 9);
                assert_eq!(ended, self.pins.len());
                let committed = self.partition.committed();
                for (pin, _) in self.pins.drain(..) {
                    assert!(C::is_expired(&committed, &pin));
                }
            }
            Step::Freeze => {
                let position = self.horizon.visible();
                if self.running.is_none() && self.partition.fold(position) {
                    let counter = self.partition.freeze();
                    self.running = Some(Running { position, counter, written: None });
                }
            }
            Step::WriteFrozen(fail_at) => {
                let Some(running) = &mut self.running else { return };
                let (rows, nodes) = (self.partition.rows(), self.partition.nodes());
                let written = self.checkpoint.backing.checkpoint(&*rows, &nodes, fail_at);
                running.written = written.ok();
            }
            Step::Finish => {
                let Some(Running { written: Some(_), .. }) = &self.running else { return };
                let Some(Running { position, counter, written: Some(backing) }) =
                    self.running.take()
                else {
                    return;
                };
                assert_eq!(backing.len(), C::rows(&self.state_at(position)), "garbage rows");
                let backing = Arc::new(backing);
                self.checkpoint = Checkpoint { position, counter, backing: Arc::clone(&backing) };
                self.partition.rows().finish(backing);
            }
            Step::Recover => self.recover(),
            Step::Look => self.check(),
        }
    }

    fn recover(&mut self) {
        let Checkpoint { position, counter, backing } = &self.checkpoint;
        self.pins.clear();
        self.running = None;
        self.horizon = Arc::new(Horizon::new(*position, self.cache_bytes));
        self.partition = Partition::over(Arc::clone(&self.horizon));
        self.partition.attach(Arc::clone(backing) as Arc<_>, *counter);
        for (at, (delta, _)) in (1..).zip(&self.commits).skip(*position as usize) {
            self.partition.replay(delta, at).expect("it replays");
            self.horizon.advance(at);
            self.partition.fold(at);
        }
        self.live = self.state_at(self.sealed());
    }

    fn check(&self) {
        assert_eq!(C::read(&Source::Owner(&self.partition)), self.live);
        let committed = self.partition.committed();
        let visible = self.state_at(self.horizon.visible());
        assert_eq!(C::read(&Source::Committed(committed.clone())), visible);
        for (pin, model) in &self.pins {
            assert_eq!(C::read(&Source::Pinned(committed.clone(), pin)), *model);
        }
        let memory = self.horizon.memory();
        // One row and one look at a few others may go beyond.
        assert!(memory.cache() <= memory.cache_limit() + 2_000, "{memory:?}");
    }
}

/// Looks after each step, or only where a step says so.
fn run<C: Case>(cache_bytes: usize, steps: Vec<Step<C::Write>>, looks: bool) {
    let mut layered = Layered::<C>::new(cache_bytes);
    for step in steps {
        layered.step(step);
        if looks {
            layered.check();
        }
    }
    // Everything into a checkpoint: nothing is left that must stay in memory.
    layered.pins.clear();
    let rest =
        [Step::WriteFrozen(usize::MAX), Step::Finish, Step::Seal, Step::Publish(usize::MAX / 2)];
    let all = [Step::Freeze, Step::WriteFrozen(usize::MAX), Step::Finish];
    for step in rest.into_iter().chain(all) {
        layered.step(step);
        if looks {
            layered.check();
        }
    }
    layered.check();
    assert_eq!(layered.checkpoint.position, layered.sealed());
    assert_eq!(layered.horizon.memory().overlay(), 0);
    layered.step(Step::Recover);
    layered.check();
    assert_eq!(
        layered.partition.row_count().expect("the rows are counted"),
        C::rows(&layered.live)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    #[test]
    fn layers_of_a_map_of_values(cache in 0..4_000_usize, steps in steps(flat_write())) {
        run::<Flat>(cache, steps, true);
    }

    #[test]
    fn layers_of_a_map_of_maps(cache in 0..20_000_usize, steps in steps(nested_write())) {
        run::<Nested>(cache, steps, true);
    }

    #[test]
    fn layers_of_histories_that_are_rarely_read(
        cache in 0..8_000_usize,
        steps in steps(history_write()),
    ) {
        run::<Histories>(cache, steps.clone(), false);
        run::<Histories>(cache, steps, true);
    }

    #[test]
    fn layers_of_three_levels_that_are_rarely_read(
        cache in 0..8_000_usize,
        steps in steps(deep_write()),
    ) {
        run::<Deep>(cache, steps, false);
    }

    #[test]
    fn layers_of_three_levels(cache in 0..8_000_usize, steps in steps(deep_write())) {
        run::<Deep>(cache, steps, true);
    }
}

type Counts = PMap<i64, PMap<i64, i64>>;

fn counts() -> PStatePath<(), Root<Counts>> {
    PStatePath::new()
}

/// A partition over a checkpoint of some rows, with none of them in memory.
fn reopened() -> (Partition<Counts>, Arc<MemoryBacking>) {
    let mut partition = Partition::<Counts>::new();
    for key in 0..300 {
        let path = counts().key(key % 3).key(key).termval(key);
        partition.transform(path).expect("the write succeeds");
    }
    partition.apply();
    let counter = partition.freeze();
    let (rows, nodes) = (partition.rows(), partition.nodes());
    let backing = MemoryBacking::default().checkpoint(&*rows, &nodes, usize::MAX);
    let backing = Arc::new(backing.expect("it is written"));
    let mut partition = Partition::over(Arc::new(Horizon::new(1, 1 << 20)));
    partition.attach(Arc::clone(&backing) as Arc<_>, counter);
    (partition, backing)
}

#[test]
fn a_checkpoint_that_cannot_be_read_fails_the_read_and_nothing_else() {
    let (partition, backing) = reopened();
    let committed = partition.committed();
    let paths = |committed: &crate::store::Committed<Counts>| {
        [
            committed.select(&counts().key(1).key(4)).map(|found| found.len()),
            committed.select(&counts().key(1).all()).map(|found| found.len()),
        ]
    };
    partition.rows().replace_backing(Arc::new(BrokenBacking));
    for result in paths(&committed) {
        assert!(matches!(result, Err(PathError::Backing(_))), "{result:?}");
    }
    partition.rows().replace_backing(Arc::new(GarbledBacking(Arc::clone(&backing))));
    for result in paths(&committed) {
        assert!(matches!(result, Err(PathError::Undecodable(_))), "{result:?}");
    }
    partition.rows().replace_backing(backing);
    assert_eq!(paths(&committed), [Ok(1), Ok(100)]);
    assert_eq!(committed.select(&counts().key(1).key(4)), Ok(vec![Some(4)]));
}

#[test]
fn readers_see_one_commit_each_and_never_an_older_one_while_checkpoints_are_made() {
    const KEYS: i64 = 40;
    let horizon = Arc::new(Horizon::new(0, 6_000));
    let mut partition = Partition::<Counts>::over(Arc::clone(&horizon));
    let committed = partition.committed();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for reader in 0..4 {
            let (committed, done) = (committed.clone(), &done);
            scope.spawn(move || {
                let mut newest = 0;
                let mut reads = 0;
                while !done.load(Ordering::Relaxed) || reads == 0 {
                    let pin = committed.pin();
                    let rows = committed
                        .select_as_of(&pin, &counts().map_vals().all())
                        .expect("it can be read");
                    let of = |key: i64| {
                        let path = counts().key(key % 4).key(key);
                        committed.select_as_of(&pin, &path).expect("it can be read")
                    };
                    let round = rows.first().map_or(0, |(_, round)| *round);
                    assert!(rows.iter().all(|(_, of)| *of == round), "{rows:?}");
                    assert!(round == 0 || rows.len() == KEYS as usize);
                    assert_eq!(of(reader), [(round > 0).then_some(round)]);
                    assert_eq!(round as u64, pin.position());
                    assert!(round >= newest, "{round} after {newest}");
                    newest = round;
                    reads += 1;
                }
            });
        }
        let mut backing = Arc::new(MemoryBacking::default());
        let (rows, nodes) = (partition.rows(), partition.nodes());
        let mut is_frozen = false;
        for round in 1..=1_500_i64 {
            for key in 0..KEYS {
                let path = counts().key(key % 4).key(key).termval(round);
                partition.transform(path).expect("the write succeeds");
            }
            partition.seal(round as u64);
            horizon.advance(round as u64);
            let is_folded = partition.fold(round as u64);
            if is_frozen && round % 3 == 0 {
                let next = backing.checkpoint(&*rows, &nodes, usize::MAX);
                backing = Arc::new(next.expect("it is written"));
                rows.finish(Arc::clone(&backing) as Arc<_>);
                is_frozen = false;
            } else if !is_frozen && is_folded {
                partition.freeze();
                is_frozen = true;
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

type Untold = PMap<i64, PMap<i64, i64, Untracked>>;

fn untold() -> PStatePath<(), Root<Untold>> {
    PStatePath::new()
}

/// Commits what was written, as visible and folded.
fn commit(partition: &mut Partition<Untold>, horizon: &Horizon, position: u64) {
    partition.seal(position);
    horizon.advance(position);
    assert!(partition.fold(position));
}

/// A reader that has a row of the last checkpoint in its hands is ended, and the row written, before
/// the next begins. So many write sets are there that were put off and have no rows any more.
fn an_ended_read_leaves_no_old_row(emptied: i64) {
    let mut partition = Partition::<Untold>::new();
    partition.transform(untold().key(1).key(2).termval(10)).expect("the write succeeds");
    partition.apply();
    let counter = partition.freeze();
    let nodes = partition.nodes();
    let leaf = nodes.iter().find(|node| node.nested.is_empty()).expect("there are leaves");
    let rows = MemoryBacking::default().checkpoint(&*partition.rows(), &nodes, usize::MAX);
    let rows = Arc::new(rows.expect("it is written"));

    let horizon = Arc::new(Horizon::new(0, 1_000_000));
    let partition = Arc::new(Mutex::new(Partition::<Untold>::over(Arc::clone(&horizon))));
    let lock = || partition.lock().expect("nobody panicked");
    let committed = lock().committed();
    let interruption = {
        let (partition, horizon) = (Arc::clone(&partition), Arc::clone(&horizon));
        Box::new(move || {
            assert_eq!(horizon.revoke_before(u64::MAX - 9), 1);
            let mut partition = partition.lock().expect("nobody panicked");
            let path = untold().key(1).key(2).termval(20);
            partition.transform(path).expect("the write succeeds");
            commit(&mut partition, &horizon, 100);
            partition.freeze();
        })
    };
    let backing = InterruptedBacking {
        rows: Arc::clone(&rows),
        node: leaf.id,
        interruption: Mutex::new(Some(interruption)),
    };
    lock().attach(Arc::new(backing), counter);
    for key in 10..10 + emptied {
        let path = untold().key(key).key(0).termval(0);
        lock().transform(path).expect("the write succeeds");
        commit(&mut lock(), &horizon, key as u64);
    }
    for key in 10..10 + emptied {
        lock().transform(untold().key(key).none()).expect("the write succeeds");
    }
    commit(&mut lock(), &horizon, 99);
    let value = untold().key(1).key(2);
    assert_eq!(committed.select_one(&value), Ok(Some(10)));
    let rows = rows.checkpoint(&*lock().rows(), &nodes, usize::MAX).expect("it is written");
    assert_eq!(committed.select_one(&value), Ok(Some(20)));
    lock().rows().finish(Arc::new(rows));
    assert_eq!(committed.select_one(&value), Ok(Some(20)));
}

#[test]
fn a_read_that_was_ended_leaves_no_old_row_behind() {
    for emptied in [0, 3, 5, 9] {
        an_ended_read_leaves_no_old_row(emptied);
    }
}
