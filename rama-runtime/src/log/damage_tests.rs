//! Damage told apart from torn ends: flipped bits, marks, and what they make of the end of a log.
#![allow(clippy::unwrap_used)]

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use super::format::{HEADER, MARK, PREFIX};
use super::tests::{
    DIR, Entries, append, closed_log, content, copy, edit, flip, flush, millis, open, tiny,
};
use super::*;
use crate::disk::{Disk, MemDisk};
use crate::exec::Step;

fn close(log: &Log, writer: &mut LogWriter) {
    log.close();
    while writer.step(Duration::ZERO) == Step::Worked {}
    assert!(matches!(log.closed(), Some(Ok(()))));
}

/// Flips every bit of every segment in turn. Opening must find all of `durable`, and nothing that is
/// not in `written`, or fail and change nothing. `must_fail` are the places in the last segment where
/// it must see the damage.
fn flip_each_bit(disk: &MemDisk, written: &Entries, durable: usize, must_fail: Range<usize>) {
    let files = content(disk);
    for (index, (name, bytes)) in files.iter().enumerate() {
        let is_last = index + 1 == files.len();
        for place in 0..bytes.len() * 8 {
            let (offset, context) = (place / 8, format!("{name}, bit {place}"));
            let disk = copy(disk);
            flip(&disk, name, offset, place as u32 % 8);
            let before = content(&disk);
            match open(&disk, &tiny()) {
                Ok((log, mut writer, replayed)) => {
                    assert!(written.starts_with(&replayed), "{context}");
                    assert!(replayed.len() >= durable, "{context}: silently cut");
                    assert!(!is_last || !must_fail.contains(&offset), "{context}: not seen");
                    append(&log, b"after").unwrap();
                    flush(&log, &mut writer);
                    let again = open(&disk.drop_unsynced(), &tiny()).unwrap().2;
                    assert_eq!(again.len(), replayed.len() + 1, "{context}");
                }
                Err(error) => {
                    assert_eq!(content(&disk), before, "{context}");
                    match error {
                        LogError::Damaged { path, offset: found } => {
                            assert_eq!(path, Path::new(DIR).join(name), "{context}");
                            assert!((HEADER..=offset).contains(&(found as usize)), "{context}");
                        }
                        LogError::NotASegment { .. } | LogError::UnknownVersion { .. } => {
                            assert!(offset < HEADER, "{context}");
                        }
                        other => panic!("{context}: {other:?}"),
                    }
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_of_a_closed_log_is_damage() {
    for options in [LogOptions::default().preallocate(64), tiny()] {
        let (disk, written) = closed_log(&options, 9);
        let end = content(&disk).pop().unwrap().1.len();
        // Without the mark at the end nothing is lost.
        flip_each_bit(&disk, &written, written.len(), 0..end - MARK);
    }
}

#[test]
fn a_flipped_bit_before_the_last_group_is_damage() {
    for options in [LogOptions::default().preallocate(100), tiny().segment_bytes(150)] {
        for closed_between in [false, true] {
            let mut disk = MemDisk::new();
            let (mut log, mut writer, _) = open(&disk, &options).unwrap();
            let mut written = Entries::new();
            let mut groups = Vec::new();
            for group in 0..5u8 {
                for index in 0..3u8 {
                    let payload = vec![group * 16 + index; usize::from(index) * 6];
                    written.push((append(&log, &payload).unwrap(), payload));
                }
                flush(&log, &mut writer);
                groups.push(written.len());
                if closed_between && group == 2 {
                    close(&log, &mut writer);
                    (log, writer, _) = open(&disk, &options).unwrap();
                }
            }
            disk = disk.drop_unsynced();
            assert_eq!(open(&copy(&disk), &options).unwrap().2, written);
            // What a group split over segments leaves in the last one was written at once.
            let in_last = content(&disk).len() == 1;
            let group = 3 * PREFIX + 6 + 12;
            let marks = 3 * MARK;
            let seen = if in_last { 0..HEADER + 4 * group + marks } else { 0..HEADER };
            flip_each_bit(&disk, &written, groups[3], seen);
        }
    }
}

#[test]
fn valid_entries_behind_a_torn_one_are_no_damage() {
    let options = LogOptions::default().preallocate(0);
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &options).unwrap();
    append(&log, b"durable").unwrap();
    flush(&log, &mut writer);
    for payload in [b"torn!", b"alive"] {
        append(&log, payload).unwrap();
    }
    flush(&log, &mut writer);
    let name = disk.list(Path::new(DIR)).unwrap().remove(0);
    let second = HEADER + PREFIX + 7;
    for torn in [second, second + MARK + PREFIX] {
        let disk = copy(&disk);
        flip(&disk, &name, torn, 0);
        assert_eq!(open(&disk, &options).unwrap().2.len(), 1, "{torn}");
        // The mark of the second group, if it is valid, is kept and serves the next.
        let kept = if torn == second { second } else { second + MARK };
        assert_eq!(content(&disk)[0].1.len(), kept);
    }
}

#[test]
fn a_mark_is_found_wherever_it_lies() {
    const CHUNK: usize = 1 << 20;
    let options = LogOptions::default().preallocate(0);
    for short in 0..MARK + 3 {
        let disk = MemDisk::new();
        let (log, mut writer, _) = open(&disk, &options).unwrap();
        append(&log, &vec![7; CHUNK + 1 - PREFIX - short]).unwrap();
        flush(&log, &mut writer);
        append(&log, b"behind").unwrap();
        flush(&log, &mut writer);
        let name = disk.list(Path::new(DIR)).unwrap().remove(0);
        flip(&disk, &name, HEADER + PREFIX, 3);
        let error = open(&disk, &options).unwrap_err();
        assert!(matches!(error, LogError::Damaged { offset: 24, .. }), "{short}: {error:?}");
    }
}

#[test]
fn a_mark_is_valid_in_its_place_only() {
    let options = LogOptions::default().preallocate(0);
    let (disk, written) = closed_log(&options, 1);
    let (name, bytes) = content(&disk).remove(0);
    let mark = &bytes[bytes.len() - MARK..];
    // An entry that carries the bytes of a mark is torn.
    let tail = [b"torn", mark, mark].concat();
    edit(&disk, &name, |file| file.write_all_at(&tail, bytes.len() as u64).unwrap());
    assert_eq!(open(&disk, &options).unwrap().2, written);
}

#[test]
fn opening_and_closing_again_adds_no_marks() {
    let (disk, written) = closed_log(&tiny(), 10);
    let before = content(&disk);
    for _ in 0..3 {
        let (log, mut writer, replayed) = open(&disk, &tiny()).unwrap();
        assert_eq!(replayed, written);
        close(&log, &mut writer);
        assert_eq!(content(&disk), before);
    }
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &tiny()).unwrap();
    close(&log, &mut writer);
    assert_eq!(content(&disk)[0].1.len(), HEADER);
}

#[test]
fn a_removed_segment_is_a_gap_although_marks_take_space() {
    // Each entry is smaller than its mark.
    let options = tiny().segment_bytes(HEADER as u64 + 40);
    let disk = MemDisk::new();
    let (log, mut writer, _) = open(&disk, &options).unwrap();
    for _ in 0..12 {
        append(&log, b"").unwrap();
        flush(&log, &mut writer);
    }
    close(&log, &mut writer);
    let names = disk.list(Path::new(DIR)).unwrap();
    assert!(names.len() > 3);
    disk.remove_file(&Path::new(DIR).join(&names[1])).unwrap();
    let error = open(&disk, &options).unwrap_err();
    assert!(matches!(&error, LogError::Gap { path, .. } if path.ends_with(&names[2])), "{error:?}");
}

#[test]
fn a_full_disk_can_be_closed() {
    for room in 0..MARK as u64 + 1 {
        let options = LogOptions::default().preallocate(0).retry_full(millis(1));
        let disk = MemDisk::new();
        let (log, mut writer, _) = open(&disk, &options).unwrap();
        append(&log, b"entry").unwrap();
        flush(&log, &mut writer);
        disk.faults().capacity(Some(disk.used() + room));
        close(&log, &mut writer);
        assert_eq!(open(&disk.drop_unsynced(), &options).unwrap().2.len(), 1);
    }
}

#[test]
fn a_crash_while_closing_loses_nothing() {
    for moment in 0..6 {
        for seed in 0..40 {
            let disk = MemDisk::new();
            let options = LogOptions::default().preallocate(64);
            let (log, mut writer, _) = open(&disk, &options).unwrap();
            append(&log, b"entry").unwrap();
            flush(&log, &mut writer);
            disk.faults().power_off_after(Some(moment));
            log.close();
            while writer.step(Duration::ZERO) == Step::Worked {}
            let disk = disk.crash(&mut fastrand::Rng::with_seed(seed));
            assert_eq!(open(&disk, &options).unwrap().2.len(), 1, "moment {moment}, seed {seed}");
        }
    }
}
