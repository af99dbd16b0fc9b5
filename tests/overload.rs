//! Clients that append faster than checkpoints are made: those that wait for their appends are slowed
//! down, not refused, and what others have under way is bounded.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rama::disk::{Disk, DiskFile, DiskLock, MemDisk, OpenMode};
use rama::{
    AckLevel, AppendError, AppendFuture, InProcessCluster, PMap, Record, StorageOptions, defmodule,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Note {
    pub author: u64,
    pub text: String,
}

defmodule! {
    pub module Notes {
        depot *notes: Note, hash_by(.author);

        microbatch counting {
            pstate $$counts: PMap<u64, u64>;

            sources! {
                source> *notes :> %microbatch;
                %microbatch() :> Note { *author, .. };
                +compound $$counts { *author => +count() };
            }
        }
    }
}

/// While it is closed, whoever writes the database of checkpoints waits.
#[derive(Debug, Default)]
struct Gate {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn set(&self, closed: bool) {
        *self.closed.lock().unwrap() = closed;
        self.changed.notify_all();
    }

    fn pass(&self) {
        let closed = self.closed.lock().unwrap();
        drop(self.changed.wait_while(closed, |closed| *closed).unwrap());
    }
}

/// Opens a gate again, also when a test fails: a cluster waits for its checkpointer.
struct Closed(Arc<Gate>);

impl Closed {
    fn new(gate: &Arc<Gate>) -> Closed {
        gate.set(true);
        Closed(Arc::clone(gate))
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// A disk with a gate before the database.
#[derive(Debug, Default)]
struct GatedDisk {
    disk: MemDisk,
    gate: Arc<Gate>,
}

impl Disk for GatedDisk {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        self.disk.create_dir_all(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn DiskFile>> {
        let file = self.disk.open(path, mode)?;
        if path.to_string_lossy().contains("state.redb") {
            return Ok(Box::new(GatedFile { file, gate: Arc::clone(&self.gate) }));
        }
        Ok(file)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.disk.exists(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.link(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.disk.remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        self.disk.lock(path)
    }

    fn lock_shared(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        self.disk.lock_shared(path)
    }
}

#[derive(Debug)]
struct GatedFile {
    file: Box<dyn DiskFile>,
    gate: Arc<Gate>,
}

impl DiskFile for GatedFile {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buf, offset)
    }

    fn write_all_at(&self, buf: &[u8], offset: u64) -> io::Result<()> {
        self.gate.pass();
        self.file.write_all_at(buf, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.gate.pass();
        self.file.sync_data()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.gate.pass();
        self.file.sync_all()
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.gate.pass();
        self.file.set_len(len)
    }
}

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for an append as an executor does: polled again when it is woken, and not otherwise.
fn wait(append: &mut AppendFuture, patience: Duration) -> Option<Result<(), AppendError>> {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let start = Instant::now();
    let mut append = pin!(append);
    loop {
        if let Poll::Ready(result) = append.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(result);
        }
        let left = patience.checked_sub(start.elapsed())?;
        std::thread::park_timeout(left);
    }
}

const PATIENCE: Duration = Duration::from_secs(60);
const TEXT: usize = 128 << 10;
const CHECKPOINT: u64 = 256 << 10;
/// Where a checkpoint is overdue.
const OVERDUE: u64 = (64 << 20) + 4 * CHECKPOINT;
const WINDOW: usize = 8;

fn launch(disk: GatedDisk) -> InProcessCluster {
    let cluster = InProcessCluster::builder()
        .data_dir("notes")
        .disk(Arc::new(disk))
        .storage_options(StorageOptions::default().checkpoint_log_bytes(CHECKPOINT))
        .client_timeout(PATIENCE)
        .build()
        .unwrap();
    cluster.launch(Notes, 1, 1).unwrap();
    cluster
}

/// Appends, with a few under way, until one is not acknowledged. What is under way then, and how many
/// were appended.
fn append_until_held(cluster: &InProcessCluster, level: AckLevel) -> (VecDeque<AppendFuture>, u64) {
    let depot = cluster.depot(Notes::notes);
    let mut under_way = VecDeque::new();
    for appended in 1.. {
        assert!(appended < 2_000, "appends are not held back");
        let note = Note { author: appended % 10, text: "x".repeat(TEXT) };
        under_way.push_back(depot.append_async_with(note, level));
        if under_way.len() == WINDOW {
            match wait(&mut under_way[0], Duration::from_secs(2)) {
                Some(result) => result.unwrap(),
                None => return (under_way, appended),
            }
            under_way.pop_front();
        }
    }
    unreachable!()
}

/// `buffered` bytes may wait for the log, beside what is under way.
fn held_clients_go_on(level: AckLevel, buffered: u64) {
    let disk = GatedDisk::default();
    let gate = Arc::clone(&disk.gate);
    let cluster = launch(disk);
    let depot = cluster.depot(Notes::notes);
    let closed = Closed::new(&gate);
    let (under_way, appended) = append_until_held(&cluster, level);
    // It has its place, and what is under way is all that came more than should.
    cluster.sync().unwrap();
    assert_eq!(depot.partition_offsets(0).unwrap(), 0..appended);
    let bytes = appended * TEXT as u64;
    let most = OVERDUE + (WINDOW * TEXT) as u64 + (2 << 20) + buffered;
    // The log holds more than the texts: frames, plans, deltas.
    let least = OVERDUE - (1 << 20);
    assert!(least < bytes && bytes < most, "{bytes} bytes");
    let opener = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        drop(closed);
    });
    for mut append in under_way {
        wait(&mut append, PATIENCE).expect("a wake-up").unwrap();
    }
    opener.join().unwrap();
    wait(&mut depot.append_async(Note { author: 0, text: String::new() }), PATIENCE)
        .unwrap()
        .unwrap();
    cluster.wait_for_microbatch_processed_count(Notes::counting, appended + 1).unwrap();
    cluster.close().unwrap();
}

#[test]
fn a_client_that_waits_for_its_appends_is_slowed_down_and_not_refused() {
    held_clients_go_on(AckLevel::AppendAck, 0);
}

#[test]
fn a_client_that_wants_no_acknowledgement_is_slowed_down_too() {
    held_clients_go_on(AckLevel::None, 64 << 20);
}

#[test]
fn a_client_that_does_not_wait_is_refused_in_the_end_and_nothing_is_lost() {
    let disk = GatedDisk::default();
    let gate = Arc::clone(&disk.gate);
    let cluster = launch(disk);
    let depot = cluster.depot(Notes::notes);
    let closed = Closed::new(&gate);
    let mut under_way = Vec::new();
    let refused = loop {
        assert!(under_way.len() < 3_000, "appends are not refused");
        let note = Note { author: 1, text: "x".repeat(TEXT) };
        let mut append = depot.append_async(note);
        if let Some(Err(error)) = wait(&mut append, Duration::ZERO) {
            break error;
        }
        under_way.push(append);
        // Here it is not the log that is slow.
        if under_way.len() % 64 == 0 {
            cluster.sync().unwrap();
        }
    };
    let AppendError::Overloaded { backlog, .. } = refused else { panic!("{refused}") };
    assert!(backlog > OVERDUE + (64 << 20), "{backlog}");
    assert!(backlog < OVERDUE + (64 << 20) + 65 * (TEXT as u64 + 100), "{backlog}");
    drop(closed);
    let appended = under_way.len() as u64;
    for mut append in under_way {
        wait(&mut append, PATIENCE).expect("a wake-up").unwrap();
    }
    cluster.wait_for_microbatch_processed_count(Notes::counting, appended).unwrap();
    assert_eq!(depot.partition_offsets(0).unwrap(), 0..appended);
    cluster.close().unwrap();
}

#[test]
fn closing_ends_the_wait_of_held_appends() {
    let disk = GatedDisk::default();
    let gate = Arc::clone(&disk.gate);
    let cluster = launch(disk);
    let closed = Closed::new(&gate);
    let (under_way, _) = append_until_held(&cluster, AckLevel::AppendAck);
    cluster.sync().unwrap();
    let waiters: Vec<_> = under_way
        .into_iter()
        .map(|mut append| std::thread::spawn(move || wait(&mut append, PATIENCE)))
        .collect();
    std::thread::sleep(Duration::from_millis(50));
    let opener = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        drop(closed);
    });
    cluster.close().unwrap();
    for waiter in waiters {
        waiter.join().unwrap().expect("a wake-up").unwrap();
    }
    opener.join().unwrap();
}
