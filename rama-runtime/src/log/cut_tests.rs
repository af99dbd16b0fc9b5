//! Cutting the log, opening it from a position, and reading it back while it is written.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::tests::{DIR, Entries, append, flush, open};
use super::*;
use crate::disk::{Disk, MemDisk, OpenMode};
use crate::exec::Step;

fn tiny() -> LogOptions {
    LogOptions::default().segment_bytes(200).preallocate(64)
}

fn open_from(
    disk: &MemDisk,
    from: Position,
) -> Result<(Log, LogWriter, Entries), OpenError<Infallible>> {
    let mut entries = Entries::new();
    let (log, writer) =
        Log::open(Arc::new(disk.clone()), Path::new(DIR), tiny(), from, &mut |at, entry| {
            entries.push((at.end, entry.to_vec()));
            Ok::<(), Infallible>(())
        })?;
    Ok((log, writer, entries))
}

fn behind(model: &Entries, from: Position) -> Entries {
    model.iter().filter(|(position, _)| *position > from).cloned().collect()
}

fn fill(log: &Log, writer: &mut LogWriter, random: &mut fastrand::Rng, model: &mut Entries) {
    for _ in 0..random.usize(1..30) {
        let payload: Vec<u8> = (0..random.usize(0..90)).map(|_| random.u8(..)).collect();
        model.push((append(log, &payload).unwrap(), payload));
        if random.u8(..4) == 0 {
            flush(log, writer);
        }
    }
    flush(log, writer);
}

#[test]
fn a_log_opens_from_the_end_of_any_entry_and_from_nowhere_else() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    let mut model = Entries::new();
    fill(&log, &mut writer, &mut fastrand::Rng::with_seed(1), &mut model);
    drop((log, writer));
    let ends: Vec<u64> = model.iter().map(|(position, _)| position.get()).collect();
    for from in 0..ends[ends.len() - 1] + 3 {
        let opened = open_from(&disk, Position::new(from));
        if from == 0 || ends.contains(&from) {
            assert_eq!(opened.unwrap().2, behind(&model, Position::new(from)));
        } else {
            assert!(matches!(opened, Err(OpenError::Log(LogError::Missing { .. }))), "{from}");
        }
    }
}

#[test]
fn crashes_while_segments_are_removed_leave_all_that_is_needed() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut disk = MemDisk::new();
        let mut model = Entries::new();
        let mut needed = Position::ZERO;
        for _ in 0..4 {
            let (log, mut writer, found) = open_from(&disk, needed).unwrap();
            // What a crash took of what was not durable is forgotten here.
            model
                .truncate(model.partition_point(|(position, _)| *position <= needed) + found.len());
            assert_eq!(found, behind(&model, needed), "seed {seed}");
            fill(&log, &mut writer, &mut random, &mut model);
            needed = model[random.usize(..model.len())].0.max(needed);
            log.cut(needed);
            for _ in 0..random.usize(..12) {
                writer.step(Duration::ZERO);
            }
            assert!(log.start() <= needed);
            assert!(
                disk.exists(&Path::new(DIR).join(format!("{:020}.log", log.start().get())))
                    .unwrap()
            );
            disk = match random.u8(..3) {
                0 => disk.crash(&mut random),
                1 => disk.drop_unsynced(),
                _ => disk.kill(),
            };
        }
    }
}

#[test]
fn everything_before_the_cut_goes_but_never_the_segment_that_is_written() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    let mut model = Entries::new();
    fill(&log, &mut writer, &mut fastrand::Rng::with_seed(7), &mut model);
    log.cut(Position::new(u64::MAX));
    while writer.step(Duration::ZERO) == Step::Worked {}
    assert_eq!(disk.list(Path::new(DIR)).unwrap().len(), 1);
    let start = log.start();
    assert!(start > Position::ZERO);
    let missing = open_from(&disk.kill(), Position::ZERO);
    assert!(matches!(missing, Err(OpenError::Log(LogError::Missing { .. }))));
}

#[test]
fn a_segment_that_is_gone_already_is_no_obstacle() {
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    let mut model = Entries::new();
    fill(&log, &mut writer, &mut fastrand::Rng::with_seed(7), &mut model);
    disk.remove_file(&Path::new(DIR).join(format!("{:020}.log", 0))).unwrap();
    log.cut(log.durable());
    while writer.step(Duration::ZERO) == Step::Worked {}
    assert!(log.failure().is_none());
    assert_eq!(disk.list(Path::new(DIR)).unwrap().len(), 1);
}

#[test]
fn a_reader_sees_what_was_appended_while_it_is_written_or_its_beginnings() {
    let (mut whole_ones, mut heads) = (0, 0);
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let disk = MemDisk::new();
        let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
        let (mut model, mut seen) = (Entries::new(), Vec::new());
        let mut reader = log.reader(Position::ZERO);
        for _ in 0..5 {
            fill(&log, &mut writer, &mut random, &mut model);
            // Not all the way: what was read of the rest is read again later.
            let up_to = model[random.usize(..model.len())].0.max(reader.position());
            loop {
                let (max, large) = (random.usize(1..400), random.usize(..200));
                let done = reader.read_heads_up_to(up_to, max, large, &mut |at, entry| {
                    seen.push((at, large, entry.to_vec()));
                    Ok::<(), Infallible>(())
                });
                if done.unwrap() {
                    break;
                }
            }
            for ((at, large, seen), (end, entry)) in seen.iter().zip(&model) {
                let whole = entry.len() < (*large).max(LogReader::HEAD);
                let wanted = if whole { entry.len() } else { LogReader::HEAD };
                assert_eq!((at.end, &seen[..]), (*end, &entry[..wanted]), "seed {seed}");
                assert_eq!(at.payload_len(), entry.len());
                (whole_ones, heads) = (whole_ones + u64::from(whole), heads + u64::from(!whole));
            }
            assert_eq!(reader.position(), up_to);
            if random.bool() {
                reader = log.reader(up_to);
            }
            log.cut(up_to);
        }
    }
    assert!(whole_ones > 1_000 && heads > 1_000, "{whole_ones} whole, {heads} heads");
}

#[test]
fn a_reader_does_not_use_what_it_read_of_entries_that_were_being_written() {
    // What a reader finds behind the end, which it did not want, is half an entry. It was at the end of
    // what it wanted then, or not yet.
    for max in [1, usize::MAX] {
        let disk = MemDisk::new();
        let (log, mut writer, _) = open(&disk, &LogOptions::default()).unwrap();
        let mut flush = |count: usize| {
            for number in 0..count {
                log.append_with(|buffer| buffer.extend_from_slice(&[number as u8 + 1; 60]))
                    .unwrap();
            }
            log.want_durable(log.sequenced());
            while writer.step(Duration::ZERO) == Step::Worked {}
            log.durable()
        };
        let mut reader = log.reader(Position::ZERO);
        let mut seen = 0;
        let mut see = |_: EntryAt, _: &[u8]| {
            seen += 1;
            Ok::<(), Infallible>(())
        };
        let first = flush(3);
        let path = Path::new(DIR).join(format!("{:020}.log", 0));
        let file = disk.open(&path, OpenMode::Write).unwrap();
        let mut bytes = vec![0; file.len().unwrap() as usize];
        file.read_full_at(&mut bytes, 0).unwrap();
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        let mut half = [9; 70];
        half[..4].copy_from_slice(&64_u32.to_le_bytes());
        file.write_all_at(&half, end as u64).unwrap();
        assert_eq!(reader.read_up_to(first, max, &mut see).unwrap(), max > 1);
        let second = flush(3);
        while !reader.read_up_to(second, max, &mut see).unwrap() {}
        assert_eq!(seen, 6);
    }
}
