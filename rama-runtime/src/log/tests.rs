//! Tests of the log without crashes: appending, waiting, rolling, full and failing disks, damage.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::format::{HEADER, MARK, PREFIX};
use super::*;
use crate::disk::{Disk, DiskFile, MemDisk, OpenMode, RealDisk};
use crate::exec::Step;

pub(super) const DIR: &str = "data/log";
pub(super) type Entries = Vec<(Position, Vec<u8>)>;

/// Opens the log and returns what it replayed.
pub(super) fn open(
    disk: &MemDisk,
    options: &LogOptions,
) -> Result<(Log, LogWriter, Entries), LogError> {
    let mut entries = Entries::new();
    let opened = Log::open(
        Arc::new(disk.clone()),
        Path::new(DIR),
        options.clone(),
        Position::ZERO,
        &mut |at, entry| {
            entries.push((at.end, entry.to_vec()));
            Ok::<(), Infallible>(())
        },
    );
    match opened {
        Ok((log, writer)) => Ok((log, writer, entries)),
        Err(OpenError::Log(error)) => Err(error),
        Err(OpenError::Replay(never)) => match never {},
    }
}

pub(super) fn append(log: &Log, payload: &[u8]) -> Result<Position, LogError> {
    log.append_with(|buffer| buffer.extend_from_slice(payload))
}

/// Makes all that was appended durable.
pub(super) fn flush(log: &Log, writer: &mut LogWriter) {
    log.want_durable(log.sequenced());
    while writer.step(Duration::ZERO) == Step::Worked {}
    assert_eq!(log.durable(), log.sequenced());
}

pub(super) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) fn edit(disk: &MemDisk, name: &str, change: impl FnOnce(&dyn DiskFile)) {
    let file = disk.open(&Path::new(DIR).join(name), OpenMode::Write).unwrap();
    change(&*file);
    file.sync_all().unwrap();
}

/// Flips a bit of a segment.
pub(super) fn flip(disk: &MemDisk, name: &str, offset: usize, bit: u32) {
    edit(disk, name, |file| {
        let mut byte = [0];
        file.read_full_at(&mut byte, offset as u64).unwrap();
        file.write_all_at(&[byte[0] ^ (1 << bit)], offset as u64).unwrap();
    });
}

pub(super) fn content(disk: &MemDisk) -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(DIR);
    let read = |name: String| {
        let file = disk.open(&dir.join(&name), OpenMode::Read).unwrap();
        let mut bytes = vec![0; file.len().unwrap() as usize];
        assert_eq!(file.read_full_at(&mut bytes, 0).unwrap(), bytes.len());
        (name, bytes)
    };
    disk.list(dir).unwrap().into_iter().map(read).collect()
}

/// Another disk with the same files.
pub(super) fn copy(disk: &MemDisk) -> MemDisk {
    let copy = MemDisk::new();
    copy.create_dir_all(Path::new(DIR)).unwrap();
    for (name, bytes) in content(disk) {
        let file = copy.open(&Path::new(DIR).join(name), OpenMode::Create).unwrap();
        file.write_all_at(&bytes, 0).unwrap();
        file.sync_all().unwrap();
    }
    copy.sync_dir(Path::new(DIR)).unwrap();
    copy
}

/// A log of some entries in several segments, closed.
pub(super) fn closed_log(options: &LogOptions, entries: usize) -> (MemDisk, Entries) {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, options).unwrap();
    let mut written = Entries::new();
    for index in 0..entries {
        let payload = vec![index as u8; 1 + index * 7 % 30];
        written.push((append(&log, &payload).unwrap(), payload));
        flush(&log, &mut writer);
    }
    log.close();
    while writer.step(Duration::ZERO) == Step::Worked {}
    assert!(matches!(log.closed(), Some(Ok(()))));
    (disk, written)
}

pub(super) fn tiny() -> LogOptions {
    LogOptions::default().segment_bytes(100).preallocate(16)
}

#[test]
fn what_was_closed_is_replayed() {
    for options in [LogOptions::default(), LogOptions::default().preallocate(0), tiny()] {
        let (disk, written) = closed_log(&options, 20);
        disk.faults().short_reads(true);
        let (log, _, replayed) = open(&disk, &options).unwrap();
        assert_eq!(replayed, written);
        assert_eq!(log.sequenced(), written.last().unwrap().0);
        assert_eq!(log.durable(), log.sequenced());
    }
}

#[test]
fn positions_do_not_depend_on_segments() {
    let (_, one) = closed_log(&LogOptions::default(), 20);
    let (disk, many) = closed_log(&tiny(), 20);
    assert_eq!(one, many);
    assert!(disk.list(Path::new(DIR)).unwrap().len() > 4);
    // And segments may have another size at every opening.
    let (_, _, replayed) = open(&disk, &LogOptions::default()).unwrap();
    assert_eq!(replayed, many);
}

#[test]
fn a_batch_is_split_at_segments() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    let written: Entries = (0..50u8)
        .map(|index| {
            let payload = vec![index; usize::from(index) * 5];
            (append(&log, &payload).unwrap(), payload)
        })
        .collect();
    flush(&log, &mut writer);
    let disk = disk.drop_unsynced();
    for (name, bytes) in content(&disk) {
        let one_entry = bytes.len() > HEADER + PREFIX && {
            let len = u32::from_le_bytes(bytes[HEADER..HEADER + 4].try_into().unwrap()) as usize;
            bytes.len() == HEADER + PREFIX - 4 + len
        };
        assert!(bytes.len() <= 100 || one_entry, "{name} has {} bytes", bytes.len());
    }
    assert_eq!(open(&disk, &tiny()).unwrap().2, written);
}

#[test]
fn empty_entries_are_entries() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    for _ in 0..30 {
        append(&log, b"").unwrap();
    }
    flush(&log, &mut writer);
    assert_eq!(open(&disk.drop_unsynced(), &tiny()).unwrap().2.len(), 30);
}

#[test]
fn one_sync_serves_all_who_wait() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &LogOptions::default().preallocate(0)).unwrap();
    for _ in 0..100 {
        let position = append(&log, b"entry").unwrap();
        log.want_durable(position);
    }
    // One write and one sync.
    disk.faults().power_off_after(Some(2));
    assert_eq!(writer.step(Duration::ZERO), Step::Worked);
    assert_eq!(log.durable(), log.sequenced());
    assert_eq!(log.buffered_bytes(), 0);
}

#[test]
fn an_entry_syncs_by_age_or_size_only() {
    let disk = MemDisk::new();
    let options = LogOptions::default().max_unsynced(millis(50)).max_buffer(1000);
    let (log, mut writer, _) = open(&disk, &options).unwrap();
    let wakes = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&wakes);
    log.set_writer_waker(Arc::new(move || {
        counter.fetch_add(1, Ordering::SeqCst);
    }));
    assert_eq!(wakes.swap(0, Ordering::SeqCst), 1);
    assert_eq!(writer.step(millis(1)), Step::Idle);
    append(&log, b"first").unwrap();
    assert_eq!(wakes.load(Ordering::SeqCst), 1);
    append(&log, b"second").unwrap();
    assert_eq!(wakes.load(Ordering::SeqCst), 1, "the writer knows already");
    assert_eq!(writer.step(millis(2)), Step::IdleUntil(millis(52)));
    assert_eq!(writer.step(millis(51)), Step::IdleUntil(millis(52)));
    assert_eq!(log.durable(), Position::ZERO);
    assert_eq!(log.buffered_bytes(), 27);
    assert_eq!(writer.step(millis(52)), Step::Worked);
    assert_eq!(log.durable(), log.sequenced());
    // It looks again by itself, so the next entry need not wake it.
    assert_eq!(writer.step(millis(53)), Step::IdleUntil(millis(102)));
    append(&log, b"third").unwrap();
    assert_eq!(wakes.load(Ordering::SeqCst), 1);
    assert_eq!(writer.step(millis(102)), Step::Worked);
    assert_eq!(writer.step(millis(152)), Step::Idle);
    append(&log, &[0; 500]).unwrap();
    assert_eq!(wakes.load(Ordering::SeqCst), 2);
    assert!(matches!(writer.step(millis(153)), Step::IdleUntil(_)));
    append(&log, &[0; 500]).unwrap();
    assert_eq!(wakes.load(Ordering::SeqCst), 3, "the buffer is large");
    assert_eq!(writer.step(millis(154)), Step::Worked);
    // A position that does not exist yet is no reason to be busy.
    log.want_durable(Position::new(1 << 40));
    assert!(matches!(writer.step(millis(155)), Step::IdleUntil(_)));
}

#[test]
fn waiting_for_what_is_durable_wakes_nobody() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    let position = append(&log, b"entry").unwrap();
    flush(&log, &mut writer);
    log.set_writer_waker(Arc::new(|| {}));
    log.wait_durable(position, Duration::ZERO).unwrap();
    log.wait_durable(Position::ZERO, Duration::ZERO).unwrap();
    log.want_durable(position);
    assert!(matches!(writer.step(Duration::ZERO), Step::IdleUntil(_)));
}

struct Flag(AtomicUsize);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn futures_are_woken_and_watchers_called() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let (watched, handle) = (Arc::clone(&seen), log.clone());
    log.subscribe_durable(Arc::new(move |position| {
        // No lock of the log is held here.
        assert_eq!(handle.durable(), position);
        let _ = handle.check();
        watched.store(position.get() as usize, Ordering::SeqCst);
    }));
    let position = append(&log, b"entry").unwrap();
    let flag = Arc::new(Flag(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&flag));
    let mut cx = Context::from_waker(&waker);
    assert!(log.poll_durable(position, &mut cx).is_pending());
    assert!(log.poll_durable(position, &mut cx).is_pending());
    assert!(log.poll_durable(Position::new(1000), &mut cx).is_pending());
    assert_eq!(writer.step(Duration::ZERO), Step::Worked);
    assert_eq!(flag.0.load(Ordering::SeqCst), 1);
    assert!(matches!(log.poll_durable(position, &mut cx), Poll::Ready(Ok(()))));
    assert_eq!(seen.load(Ordering::SeqCst) as u64, position.get());
    drop(writer);
    assert_eq!(flag.0.load(Ordering::SeqCst), 2);
    let poll = log.poll_durable(Position::new(1000), &mut cx);
    assert!(matches!(poll, Poll::Ready(Err(LogError::Closed))));
}

#[test]
fn threads_append_and_wait() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b/log");
    let options = LogOptions::default().segment_bytes(4096);
    let mut none = |_: EntryAt, _: &[u8]| Ok::<(), Infallible>(());
    let (log, mut writer) =
        Log::open(Arc::new(RealDisk), &path, options.clone(), Position::ZERO, &mut none).unwrap();
    let driver = std::thread::spawn({
        let log = log.clone();
        let this = std::thread::current();
        move || {
            let (waker, start) = (std::thread::current(), std::time::Instant::now());
            log.set_writer_waker(Arc::new(move || waker.unpark()));
            this.unpark();
            while log.closed().is_none() {
                match writer.step(start.elapsed()) {
                    Step::Worked => {}
                    Step::Idle => std::thread::park(),
                    Step::IdleUntil(time) => {
                        std::thread::park_timeout(time.saturating_sub(start.elapsed()))
                    }
                }
            }
        }
    });
    let clients: Vec<_> = (0..4u8)
        .map(|client| {
            let log = log.clone();
            std::thread::spawn(move || {
                for index in 0..50u8 {
                    let position = append(&log, &[client, index]).unwrap();
                    log.wait_durable(position, Duration::from_secs(60)).unwrap();
                    assert!(log.durable() >= position);
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    log.close();
    driver.join().unwrap();
    assert!(matches!(log.closed(), Some(Ok(()))));
    let mut next = [0u8; 4];
    let mut replay = |_: EntryAt, entry: &[u8]| {
        assert_eq!(entry[1], next[usize::from(entry[0])]);
        next[usize::from(entry[0])] += 1;
        Ok::<(), Infallible>(())
    };
    Log::open(Arc::new(RealDisk), &path, options, Position::ZERO, &mut replay).unwrap();
    assert_eq!(next, [50; 4]);
}

#[test]
fn a_panicking_encoder_leaves_no_trace() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    let first = append(&log, b"first").unwrap();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        log.append_with(|buffer| {
            buffer.extend_from_slice(b"half");
            panic!("the encoder's own");
        })
    }));
    assert!(caught.is_err());
    assert_eq!(log.sequenced(), first);
    let failed = log.try_append_with(|buffer| {
        buffer.extend_from_slice(b"half");
        Err("refused")
    });
    assert_eq!(failed.unwrap(), Err("refused"));
    let second = append(&log, b"second").unwrap();
    flush(&log, &mut writer);
    let entries = open(&disk.drop_unsynced(), &tiny()).unwrap().2;
    assert_eq!(entries, [(first, b"first".to_vec()), (second, b"second".to_vec())]);
}

#[test]
fn an_encoder_that_damages_others_fails_the_log() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    append(&log, b"first").unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| log.append_with(Vec::clear))).is_err());
    log.want_durable(log.sequenced());
    writer.step(Duration::ZERO);
    assert!(matches!(log.failure(), Some(LogError::Failed { .. })));
    assert_eq!(open(&disk.kill(), &tiny()).unwrap().2, []);
}

#[test]
fn too_large_an_entry_is_refused() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny().max_entry(1000)).unwrap();
    let error = append(&log, &[0; 1001]).unwrap_err();
    assert!(matches!(error, LogError::EntryTooLarge { bytes: 1001, limit: 1000 }));
    assert_eq!(log.sequenced(), Position::ZERO);
    append(&log, &[0; 1000]).unwrap();
    flush(&log, &mut writer);
}

#[test]
fn a_full_disk_is_tried_again() {
    for seed in 0..30 {
        let options = tiny().retry_full(millis(100));
        let disk = MemDisk::new();
        let (log, mut writer, _) = open(&disk, &options).unwrap();
        disk.faults().seed(seed);
        disk.faults().capacity(Some(disk.used() + seed * 15));
        let mut written: Vec<(Position, Vec<u8>)> = Vec::new();
        // Several segments at once, so that it fills at any place.
        for index in 0..20u8 {
            let payload = vec![index; 40];
            written.push((append(&log, &payload).unwrap(), payload));
        }
        let last = log.sequenced();
        log.want_durable(last);
        assert_eq!(writer.step(millis(10)), Step::IdleUntil(millis(110)), "seed {seed}");
        assert!(
            matches!(append(&log, b"refused"), Err(LogError::DiskFull { dir }) if dir == Path::new(DIR))
        );
        assert!(matches!(log.check(), Err(LogError::DiskFull { .. })));
        assert!(matches!(log.wait_durable(last, Duration::ZERO), Err(LogError::Timeout)));
        assert!(log.failure().is_none());
        assert_eq!(writer.step(millis(50)), Step::IdleUntil(millis(110)));
        assert_eq!(writer.step(millis(110)), Step::IdleUntil(millis(210)));
        // What is reported durable is, also now.
        disk.faults().capacity(None);
        assert_eq!(writer.step(millis(210)), Step::Worked);
        log.wait_durable(last, Duration::ZERO).unwrap();
        written.push((append(&log, b"accepted").unwrap(), b"accepted".to_vec()));
        flush(&log, &mut writer);
        assert_eq!(open(&disk.drop_unsynced(), &options).unwrap().2, written, "seed {seed}");
    }
}

#[test]
fn a_full_disk_may_crash_and_be_emptied() {
    for seed in 0..200 {
        let disk = MemDisk::new();
        let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
        disk.faults().seed(seed);
        disk.faults().capacity(Some(disk.used() + seed * 3));
        let written: Entries =
            (0..20u8).map(|index| (append(&log, &[index; 40]).unwrap(), vec![index; 40])).collect();
        log.want_durable(log.sequenced());
        writer.step(Duration::ZERO);
        let durable = log.durable();
        let disk = disk.crash(&mut fastrand::Rng::with_seed(seed));
        let (_, _, replayed) = open(&disk, &tiny()).unwrap();
        assert!(written.starts_with(&replayed), "seed {seed}");
        assert!(
            replayed.last().map_or(Position::ZERO, |(position, _)| *position) >= durable,
            "seed {seed}"
        );
    }
}

#[test]
fn a_failed_sync_is_final() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny().preallocate(0)).unwrap();
    let first = append(&log, b"first").unwrap();
    flush(&log, &mut writer);
    let second = append(&log, b"second").unwrap();
    log.want_durable(second);
    disk.faults().fail_sync(1);
    assert_eq!(writer.step(Duration::ZERO), Step::Worked);
    let is_failed = |result| matches!(result, Err(LogError::Failed { .. }));
    assert!(is_failed(log.wait_durable(second, Duration::from_secs(60))));
    assert!(is_failed(append(&log, b"third").map(|_| ())));
    assert!(is_failed(log.check()));
    log.wait_durable(first, Duration::ZERO).unwrap();
    log.close();
    // The disk would take a sync now; nobody asks it to.
    disk.faults().power_off_after(Some(0));
    assert_eq!(writer.step(Duration::from_secs(100)), Step::Idle);
    assert!(is_failed(log.closed().unwrap()));
    drop(writer);
    assert!(matches!(log.failure(), Some(LogError::Failed { .. })));
}

#[test]
fn any_failed_write_or_sync_is_final() {
    for nth in 1..40 {
        for writes in [true, false] {
            let disk = MemDisk::new();
            let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
            disk.faults().seed(nth);
            if writes {
                disk.faults().fail_write(nth);
            } else {
                disk.faults().fail_sync(nth);
            }
            let mut written = Entries::new();
            while let Ok(position) = append(&log, &[written.len() as u8; 30]) {
                written.push((position, vec![written.len() as u8; 30]));
                log.want_durable(position);
                writer.step(Duration::ZERO);
                if written.len() == 50 {
                    break;
                }
            }
            // A failed write of zeros ahead is none of ours.
            assert!(writes || log.failure().is_some());
            let durable = log.durable();
            // The page cache shows what the disk lacks; opening must not trust it.
            let (log, _, replayed) = open(&disk.kill(), &tiny()).unwrap();
            assert!(written.starts_with(&replayed));
            assert!(log.durable() >= durable);
        }
    }
}

#[test]
fn opening_after_a_failed_sync_does_not_trust_the_page_cache() {
    for seed in 0..50 {
        let disk = MemDisk::new();
        let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
        disk.faults().seed(seed);
        append(&log, b"kept").unwrap();
        flush(&log, &mut writer);
        append(&log, b"unknown").unwrap();
        log.want_durable(log.sequenced());
        disk.faults().fail_sync(1);
        writer.step(Duration::ZERO);
        let disk = disk.kill();
        let (log, _, replayed) = open(&disk, &tiny()).unwrap();
        let durable = log.durable();
        assert_eq!(durable, replayed.last().unwrap().0);
        assert_eq!(open(&disk.drop_unsynced(), &tiny()).unwrap().2, replayed, "seed {seed}");
    }
}

#[test]
fn closing_flushes_and_refuses() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    let position = append(&log, b"entry").unwrap();
    log.close();
    assert!(matches!(append(&log, b"late"), Err(LogError::Closed)));
    assert!(log.closed().is_none());
    while writer.step(Duration::ZERO) == Step::Worked {}
    assert!(matches!(log.closed(), Some(Ok(()))));
    log.wait_durable(position, Duration::ZERO).unwrap();
    let beyond = Position::new(position.get() + 1);
    assert!(matches!(log.wait_durable(beyond, Duration::from_secs(60)), Err(LogError::Closed)));
    // No zeros are left ahead, and a mark says that all is durable.
    assert_eq!(content(&disk)[0].1.len(), HEADER + PREFIX + 5 + MARK);
}

#[test]
fn a_dropped_writer_is_not_a_clean_end() {
    let disk = MemDisk::new();
    let (log, writer, _) = open(&disk, &tiny()).unwrap();
    append(&log, b"entry").unwrap();
    drop(writer);
    assert!(matches!(log.closed(), Some(Err(LogError::Closed))));
}

#[test]
fn refusing_an_entry_changes_nothing() {
    let (disk, written) = closed_log(&tiny(), 20);
    // A torn end that would be repaired.
    edit(&disk, &disk.list(Path::new(DIR)).unwrap().pop().unwrap(), |file| {
        file.write_all_at(b"torn", file.len().unwrap()).unwrap();
    });
    let before = content(&disk);
    for refused in 0..written.len() {
        let mut index = 0;
        disk.faults().power_off_after(Some(0));
        let opened = Log::open(
            Arc::new(disk.clone()),
            Path::new(DIR),
            tiny(),
            Position::ZERO,
            &mut |_, _| {
                index += 1;
                if index > refused { Err(std::fmt::Error) } else { Ok(()) }
            },
        );
        assert!(matches!(opened, Err(OpenError::Replay(std::fmt::Error))));
        disk.faults().power_off_after(None);
    }
    assert_eq!(content(&disk), before);
}

#[test]
fn damage_changes_nothing_and_is_named() {
    let (disk, _) = closed_log(&tiny(), 20);
    let names = disk.list(Path::new(DIR)).unwrap();
    let last = names.len() - 1;
    let check = |damage: &dyn Fn(&MemDisk), expect: &dyn Fn(&LogError) -> bool| {
        let disk = copy(&disk);
        damage(&disk);
        let before = content(&disk);
        let error = open(&disk, &tiny()).unwrap_err();
        assert!(expect(&error), "{error:?}");
        assert_eq!(content(&disk), before);
    };
    let put = |index: usize, offset: u64, bytes: &'static [u8]| {
        let name = names[index].clone();
        move |disk: &MemDisk| edit(disk, &name, |file| file.write_all_at(bytes, offset).unwrap())
    };
    let is_damaged = |error: &LogError| matches!(error, LogError::Damaged { offset: 24, .. });
    let is_no_segment = |error: &LogError| matches!(error, LogError::NotASegment { .. });
    let is_gap = |error: &LogError| matches!(error, LogError::Gap { .. });
    // An entry's payload, its length, its crc, in a segment that is not the last.
    check(&put(1, 24 + 8, b"\xff"), &is_damaged);
    check(&put(1, 24, b"\0\0\0\0"), &is_damaged);
    check(&put(1, 24, b"\xff\xff\xff\xff"), &is_damaged);
    check(&put(1, 24 + 4, b"\xff\xff"), &is_damaged);
    for index in [0, 1, last] {
        check(&put(index, 0, b"X"), &is_no_segment);
        check(&put(index, 13, b"\x77"), &is_no_segment);
        check(&put(index, 20, b"\0\0\0\0"), &is_no_segment);
        check(&put(index, 8, b"\x02"), &|error| {
            matches!(error, LogError::UnknownVersion { version: 2, known: 1, .. })
        });
    }
    check(&|disk| disk.remove_file(&Path::new(DIR).join(&names[1])).unwrap(), &is_gap);
    check(
        &|disk| edit(disk, &names[1], |file| file.set_len(file.len().unwrap() - 1).unwrap()),
        &|error| matches!(error, LogError::Damaged { .. }),
    );
    check(&|disk| edit(disk, &names[1], |file| file.set_len(10).unwrap()), &is_no_segment);
    let rename = |name: &'static str| {
        let from = Path::new(DIR).join(&names[last]);
        move |disk: &MemDisk| disk.rename(&from, &Path::new(DIR).join(name)).unwrap()
    };
    check(&rename("copy.log"), &is_no_segment);
    // An entry that reaches into the next segment, which begins too early.
    let early = |disk: &MemDisk| {
        disk.remove_file(&Path::new(DIR).join(&names[last])).unwrap();
        let start: u64 = names[last][..20].parse::<u64>().unwrap() - 1;
        let path = Path::new(DIR).join(super::format::file_name(start));
        let file = disk.open(&path, OpenMode::Create).unwrap();
        file.write_all_at(&super::format::header(start), 0).unwrap();
    };
    check(&early, &|error| matches!(error, LogError::Damaged { .. }));
    check(&rename("00000000000000099999.log"), &is_no_segment);
}

#[test]
fn zeros_behind_the_end_of_any_segment_are_ignored() {
    let (disk, written) = closed_log(&tiny(), 20);
    for name in disk.list(Path::new(DIR)).unwrap() {
        edit(&disk, &name, |file| file.set_len(file.len().unwrap() + 1000).unwrap());
    }
    assert_eq!(open(&disk, &tiny()).unwrap().2, written);
}

#[test]
fn a_tail_torn_at_any_byte_is_cut() {
    let options = LogOptions::default().preallocate(64);
    let (disk, written) = closed_log(&options, 6);
    let (name, whole) = content(&disk).remove(0);
    for len in 0..whole.len() {
        // Torn short, or with zeros or garbage in place of the rest.
        for fill in [None, Some(0), Some(0xa5)] {
            if len < HEADER && fill == Some(0xa5) {
                continue;
            }
            let mut bytes = whole[..len].to_vec();
            if let Some(fill) = fill {
                // A header is durable before anything stands behind it.
                bytes.resize(if len < HEADER { HEADER } else { whole.len() }, fill);
            }
            let disk = MemDisk::new();
            disk.create_dir_all(Path::new(DIR)).unwrap();
            let path = Path::new(DIR).join(&name);
            disk.open(&path, OpenMode::Create).unwrap().write_all_at(&bytes, 0).unwrap();
            let complete = written
                .iter()
                .zip(0..)
                // A mark stands before each entry but the first.
                .take_while(|((position, _), marks)| {
                    HEADER + position.get() as usize + marks * MARK <= len
                })
                .count();
            let (log, mut writer, replayed) = open(&disk, &options).unwrap();
            // A filler may happen to be right.
            assert!(replayed.len() >= complete && written.starts_with(&replayed), "{len} {fill:?}");
            let end = HEADER + log.durable().get() as usize;
            let marked_end = end + replayed.len() * MARK;
            assert!(match content(&disk)[0].1.len() {
                found if len < HEADER => found == end + 64,
                found => found == marked_end || found + MARK == marked_end,
            });
            let position = append(&log, b"after").unwrap();
            flush(&log, &mut writer);
            let (_, _, again) = open(&disk.drop_unsynced(), &options).unwrap();
            assert_eq!(again.len(), replayed.len() + 1, "{len} {fill:?}");
            assert_eq!(again.last().unwrap(), &(position, b"after".to_vec()));
        }
    }
}

#[test]
fn a_stale_entry_behind_a_torn_one_does_not_come_back() {
    let options = LogOptions::default().preallocate(0);
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &options).unwrap();
    append(&log, b"torn!").unwrap();
    append(&log, b"stale").unwrap();
    flush(&log, &mut writer);
    let name = disk.list(Path::new(DIR)).unwrap().remove(0);
    edit(&disk, &name, |file| file.write_all_at(b"X", (HEADER + PREFIX) as u64).unwrap());
    let (log, mut writer, replayed) = open(&disk, &options).unwrap();
    assert_eq!(replayed, []);
    // The same place and length as the torn entry had.
    append(&log, b"fresh").unwrap();
    flush(&log, &mut writer);
    let (_, _, replayed) = open(&disk.drop_unsynced(), &options).unwrap();
    assert_eq!(replayed.len(), 1);
}

#[test]
fn an_entry_is_valid_in_its_place_only() {
    let options = LogOptions::default().preallocate(0);
    let (disk, written) = closed_log(&options, 1);
    let (name, bytes) = content(&disk).remove(0);
    edit(&disk, &name, |file| file.write_all_at(&bytes[HEADER..], bytes.len() as u64).unwrap());
    assert_eq!(open(&disk, &options).unwrap().2, written);
}

#[test]
fn a_cut_that_was_lost_is_made_again() {
    // An opening cuts the end and its sync fails; the page cache shows the cut, the disk lacks it.
    let options = LogOptions::default().preallocate(0);
    for seed in 0..50 {
        let disk = MemDisk::new();
        let (log, mut writer, _) = open(&disk, &options).unwrap();
        append(&log, b"torn!").unwrap();
        append(&log, b"stale").unwrap();
        flush(&log, &mut writer);
        let name = disk.list(Path::new(DIR)).unwrap().remove(0);
        edit(&disk, &name, |file| file.write_all_at(b"X", (HEADER + PREFIX) as u64).unwrap());
        disk.faults().seed(seed);
        disk.faults().fail_sync(1);
        open(&disk, &options).unwrap_err();
        let disk = disk.kill();
        let (log, mut writer, _) = open(&disk, &options).unwrap();
        append(&log, b"fresh").unwrap();
        flush(&log, &mut writer);
        assert_eq!(open(&disk.drop_unsynced(), &options).unwrap().2.len(), 1, "seed {seed}");
    }
}

#[test]
fn zeros_ahead_are_written_once_for_many_entries() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &LogOptions::default().preallocate(4096)).unwrap();
    for _ in 0..100 {
        append(&log, &[1; 20]).unwrap();
        flush(&log, &mut writer);
    }
    assert_eq!(content(&disk)[0].1.len(), HEADER + 4096);
    // Large writes do without.
    append(&log, &[1; 10_000]).unwrap();
    flush(&log, &mut writer);
    assert_eq!(
        content(&disk)[0].1.len() as u64,
        (HEADER + 100 * MARK) as u64 + log.durable().get()
    );
}
