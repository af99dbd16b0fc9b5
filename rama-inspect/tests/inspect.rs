//! The binary over real data directories: what it prints, what it refuses, what damage it finds, and
//! that it changes nothing.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rama::log::LogOptions;
use rama::{ClusterEvent, InProcessCluster, PMap, Record, StorageOptions, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub id: String,
    pub from: i64,
    pub to: i64,
    pub amt: i64,
}

defmodule! {
    /// Moves money and remembers who sent what.
    pub module TinyBankModule {
        depot *transfers: Transfer, hash_by(.from);
        depot *notes: String, global;

        microbatch banking {
            pstate $$funds: PMap<i64, i64>;
            pstate $$sent: PMap<i64, PMap<String, i64>>;

            sources! {
                source> *transfers :> %microbatch;
                %microbatch() :> Transfer { *id, *from, *to, *amt };
                +compound $$funds { *from => +sum(0 - *amt) };
                local_transform> $$sent.key(*from).key(*id).termval(*amt);
                |hash(*to);
                +compound $$funds { *to => +sum(*amt) };
            }
        }
    }
}

const TRANSFERS: u64 = 400;

/// Held while a process is started, and while a lock is taken: until it runs its own program, a new
/// process has the locks of this one, also those that are let go of meanwhile.
static STARTING: Mutex<()> = Mutex::new(());

fn starting() -> MutexGuard<'static, ()> {
    STARTING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn output(command: &mut Command) -> Output {
    let held = starting();
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(held);
    child.wait_with_output().unwrap()
}

fn rama_inspect() -> Command {
    Command::new(env!("CARGO_BIN_EXE_rama-inspect"))
}

/// What a run of the binary gave.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn has(&self, line: &str) -> bool {
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.out.lines().any(|found| squeezed(found) == squeezed(line))
    }
}

/// Runs the binary and checks that no file changed.
fn run(dir: &Path, arguments: &[&str]) -> Run {
    let before = files(dir);
    let output = output(rama_inspect().args(arguments).arg(dir));
    assert!(files(dir) == before, "the directory has changed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run {
        code: output.status.code().unwrap(),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

/// All files below a directory, with their content and the time of their last change.
fn files(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(dir) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // A directory, too, must not come or go.
            found.insert(path.clone(), (Vec::new(), modified(&path)));
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), (fs::read(&path).unwrap(), modified(&path)));
        }
    }
    found
}

fn modified(path: &Path) -> std::time::SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

/// A cluster whose checkpoints follow each other, and how many there were.
fn open(dir: &Path) -> (InProcessCluster, Arc<AtomicU64>) {
    let checkpoints = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&checkpoints);
    let storage = StorageOptions::default().checkpoint_log_bytes(4_000).depot_segment_bytes(2_000);
    let cluster = InProcessCluster::builder()
        .data_dir(dir)
        .log_options(LogOptions::default().segment_bytes(4_000).preallocate(64))
        .storage_options(storage)
        .microbatch_max_records(20)
        .event_hook(move |event| {
            if matches!(event, ClusterEvent::Checkpointed { .. }) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        })
        .build()
        .unwrap();
    let held = starting();
    cluster.launch(TinyBankModule, 2, 1).unwrap();
    drop(held);
    (cluster, checkpoints)
}

/// Appends transfers between five accounts and waits for their effects.
fn fill(cluster: &InProcessCluster) {
    let transfers = cluster.depot(TinyBankModule::transfers);
    for number in 0..TRANSFERS as i64 {
        let (from, to) = (number % 5, (number + 1) % 5);
        transfers.append(Transfer { id: number.to_string(), from, to, amt: 1 }).unwrap();
    }
    cluster.wait_for_microbatch_processed_count(TinyBankModule::banking, TRANSFERS).unwrap();
}

/// A directory that was closed, with checkpoints.
fn filled() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (cluster, checkpoints) = open(dir.path());
    fill(&cluster);
    cluster.depot(TinyBankModule::notes).append("note".to_owned()).unwrap();
    cluster.close().unwrap();
    assert!(checkpoints.load(Ordering::SeqCst) > 1);
    dir
}

/// Some file below `dir`, the largest whose name ends so.
fn file(dir: &Path, suffix: &str) -> PathBuf {
    let all = files(dir).into_iter();
    let named = all.filter(|(path, _)| path.to_string_lossy().ends_with(suffix));
    named.max_by_key(|(_, (bytes, _))| bytes.len()).unwrap().0
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_closed_directory_is_told_and_whole() {
    let dir = filled();
    let run = run(dir.path(), &["--verify"]);
    println!("{}", run.out);
    assert_eq!((run.code, &*run.err), (0, ""), "{}", run.out);
    for line in [
        &*format!("data directory {}", dir.path().display()),
        "module TinyBankModule: 2 tasks, format version 3 (keys 1, routing 1, deltas 1)",
        "depot *transfers, hash_by",
        "records Transfer { id: String, from: i64, to: i64, amt: i64 }",
        "depot *notes, global",
        "microbatch topology banking",
        "0 records waiting",
        "source *transfers",
        "PState $$funds, owned by banking",
        "schema PMap<i64, i64>",
        "schema PMap<i64, PMap<String, i64>>",
        "nothing is damaged",
    ] {
        assert!(run.has(line), "{line:?} is missing in\n{}", run.out);
    }
    // Five accounts, and per account a map of what it sent.
    for part in ["[i64] ", "[i64][String] ", "dropped        0 structures", "made "] {
        assert!(run.out.contains(part), "{part:?} is missing in\n{}", run.out);
    }
    let totals: Vec<&str> = run.out.lines().filter(|line| line.contains("total")).collect();
    assert!(totals[0].split_whitespace().nth(1) == Some("400"), "{totals:?}");
    assert!(totals[1].split_whitespace().nth(1) == Some("1"), "{totals:?}");
}

#[test]
fn a_killed_directory_is_told_without_repairing_it() {
    let dir = tempfile::tempdir().unwrap();
    let (cluster, _) = open(dir.path());
    fill(&cluster);
    cluster.kill();
    let run = run(dir.path(), &["--verify"]);
    assert_eq!((run.code, &*run.err), (0, ""), "{}", run.out);
    assert!(run.has("nothing is damaged"), "{}", run.out);
    // It can be opened afterwards.
    open(dir.path()).0.close().unwrap();
}

#[test]
fn a_copy_of_a_running_directory_without_its_lock_is_told_and_gets_no_lock() {
    let dir = filled();
    fs::remove_file(dir.path().join("LOCK")).unwrap();
    let run = run(dir.path(), &["--verify"]);
    assert_eq!((run.code, &*run.err), (0, ""), "{}", run.out);
    assert!(!dir.path().join("LOCK").exists());
}

#[test]
fn a_directory_in_use_is_refused() {
    let dir = filled();
    let (cluster, _) = open(dir.path());
    let output = output(rama_inspect().arg(dir.path()));
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(err.contains("is in use by another process"), "{err}");
    assert!(output.stdout.is_empty());
    cluster.close().unwrap();
    assert_eq!(run(dir.path(), &[]).code, 0);
}

#[test]
fn what_is_no_data_directory_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let empty = run(dir.path(), &["--verify"]);
    assert_eq!(empty.code, 2);
    assert!(empty.err.contains("no module was launched over it yet"), "{}", empty.err);
    let none = run(&dir.path().join("none"), &[]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("there is no directory"), "{}", none.err);
    fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    let other = run(dir.path(), &[]);
    assert_eq!(other.code, 2);
    assert!(other.err.contains("not a data directory: it holds `letter.txt`"), "{}", other.err);
    let file = run(&dir.path().join("letter.txt"), &[]);
    assert_eq!(file.code, 2);
    assert!(file.err.contains("letter.txt"), "{}", file.err);
    assert_eq!(output(&mut rama_inspect()).status.code(), Some(2));
}

#[test]
fn one_flipped_byte_in_any_kind_of_file_is_found_and_named() {
    let dir = filled();
    // Where in the file: by its length.
    type Place = fn(usize) -> usize;
    let cases: [(&str, Place); 3] =
        [(".seg", |len| len / 2), (".log", |_| 40), ("MANIFEST", |len| len - 3)];
    for (suffix, place) in cases {
        let path = file(dir.path(), suffix);
        let at = place(fs::read(&path).unwrap().len());
        flip(&path, at);
        let damaged = run(dir.path(), &["--verify"]);
        let said = format!("{}{}", damaged.out, damaged.err);
        assert_eq!(damaged.code, 1, "{suffix}: {said}");
        let named = match suffix {
            "MANIFEST" => said.contains("the manifest of data directory"),
            _ => said.contains(&*path.to_string_lossy()),
        };
        assert!(named, "{suffix}: {said}");
        flip(&path, at);
        assert_eq!(run(dir.path(), &["--verify"]).code, 0, "{suffix}");
    }
}

#[test]
fn a_flipped_byte_in_a_used_page_of_the_database_is_found_and_named() {
    let dir = filled();
    let path = file(dir.path(), "state.redb");
    let bytes = fs::read(&path).unwrap();
    // A name that the tree of tables has; pages that are not in use any more have it too.
    let record = b"checkpoint";
    let mut found = 0;
    let places: Vec<usize> =
        (0..bytes.len() - record.len()).filter(|at| bytes[*at..].starts_with(record)).collect();
    assert!(!places.is_empty());
    for at in places {
        flip(&path, at);
        let damaged = run(dir.path(), &["--verify"]);
        match damaged.code {
            0 => {} // a page that is not in use any more
            1 => {
                let said = damaged.out;
                assert!(said.contains(&*path.to_string_lossy()), "{said}");
                found += 1;
            }
            other => panic!("{other}: {}", damaged.err),
        }
        flip(&path, at);
    }
    assert!(found > 0);
    assert_eq!(run(dir.path(), &["--verify"]).code, 0);
}

#[test]
fn a_lost_log_and_a_lost_database_are_damage() {
    for lost in ["log", "state.redb"] {
        let dir = filled();
        let path = dir.path().join(lost);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        for arguments in [&[][..], &["--verify"]] {
            let run = run(dir.path(), arguments);
            assert_eq!(run.code, 1, "{lost}: {}{}", run.out, run.err);
            assert!(run.out.contains("Not all of it can be read"), "{lost}: {}", run.out);
        }
    }
}
