//! Tests of what goes wrong or goes away: checkpoints that are not committed, removed segments, full and failing
//! disks.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::tests::{
    DATA, DEPOT, PARTITION, Records, dir, files, fill, matches_model, next_records, options,
    problems, push_all, read_all, segments, small, writer,
};
use super::*;
use crate::disk::{Disk, MemDisk, OpenMode};

#[test]
fn abandoning_goes_back_behind_the_committed_end() {
    let disk = MemDisk::new();
    let options = options(200, 60, 100);
    let mut rng = fastrand::Rng::with_seed(1);
    let mut open = writer(&disk, options, None);
    let first = next_records(&Records::new(), 20, &mut rng, small);
    push_all(&mut open, &first).unwrap();
    let committed = open.finish().unwrap();
    for finishes in [true, false] {
        let lost = next_records(&first, 30, &mut rng, small);
        push_all(&mut open, &lost).unwrap();
        if finishes {
            assert_eq!(read_all(&disk, &open.finish().unwrap()).unwrap(), lost);
        }
        open.abandon(committed.last().copied());
        assert_eq!(open.next_offset(), 20);
    }
    let second = next_records(&first, 5, &mut rng, small);
    push_all(&mut open, &second).unwrap();
    let blocks = [committed, open.finish().unwrap()].concat();
    matches_model(&disk, &blocks, &[first, second].concat(), &mut rng);

    open.abandon(None);
    push_all(&mut open, &vec![(0, 0, b"new".to_vec())]).unwrap();
    open.finish().unwrap();
    assert_eq!(files(&disk), [0]);
}

#[test]
fn what_is_not_indexed_is_removed_and_nothing_else() {
    let disk = MemDisk::new();
    let (records, blocks) = fill(&disk, options(200, 60, 100), 40);
    let foreign = dir().join("notes.txt");
    disk.open(&foreign, OpenMode::Create).unwrap();
    for kept in (0..blocks.len()).rev() {
        let kept = &blocks[..=kept];
        let end = kept.last().unwrap();
        remove_unindexed(&disk, Path::new(DATA), DEPOT, PARTITION, Some(end)).unwrap();
        let again = remove_unindexed(&disk, Path::new(DATA), DEPOT, PARTITION, Some(end));
        assert_eq!(again.unwrap(), 0);
        assert_eq!(read_all(&disk, kept).unwrap(), records[..end.end_offset() as usize]);
        let names = disk.list(&dir()).unwrap();
        assert_eq!(names.len(), segments(kept).len() + 1);
        let path = dir().join(names::file_name(segment(end)));
        assert_eq!(disk.open(&path, OpenMode::Read).unwrap().len().unwrap(), end.end_position());
    }
    assert_eq!(remove_unindexed(&disk, Path::new(DATA), DEPOT, PARTITION, None).unwrap(), 1);
    assert_eq!(disk.list(&dir()).unwrap(), ["notes.txt"]);
    assert_eq!(remove_unindexed(&disk, Path::new(DATA), 9, 9, None).unwrap(), 0);
}

#[test]
fn whole_segments_are_removed_from_the_front_and_the_newest_stays() {
    let disk = MemDisk::new();
    let (records, blocks) = fill(&disk, options(200, 60, 100), 40);
    for (index, block) in blocks.iter().enumerate() {
        remove_segments_below(&disk, Path::new(DATA), block).unwrap();
        let kept = &blocks[index..];
        assert_eq!(files(&disk), segments(kept));
        assert_eq!(read_all(&disk, kept).unwrap(), records[block.first_offset as usize..]);
        assert!(problems(&disk, kept).is_empty());
    }
    let left = disk.drop_unsynced();
    assert_eq!(files(&left), [segment(blocks.last().unwrap())]);
    let mut writer = writer(&left, SegmentOptions::default(), blocks.last().copied());
    writer.push(40, 1000, b"on").unwrap();
    assert_eq!(read_all(&left, &writer.finish().unwrap()).unwrap(), [(40, 1000, b"on".to_vec())]);
}

#[test]
fn a_full_disk_says_so_and_everything_goes_on_when_space_returns() {
    for (seed, space) in (0..700).step_by(7).enumerate() {
        let mut rng = fastrand::Rng::with_seed(seed as u64);
        let disk = MemDisk::new();
        let options = options(200, 60, rng.usize(..300));
        let (first, committed) = fill(&disk, options, 20);
        let end = committed.last().copied();
        disk.faults().seed(seed as u64);
        disk.faults().capacity(Some(disk.used() + space));
        let second = next_records(&first, 60, &mut rng, small);
        let mut open = writer(&disk, options, end);
        let error =
            push_all(&mut open, &second).and_then(|()| open.finish().map(|_| ())).unwrap_err();
        assert!(error.is_full(), "{error:?}");
        let refused = open.push(open.next_offset(), u64::MAX, b"").unwrap_err();
        assert!(matches!(refused, SegmentError::WriterFailed { .. }) && !refused.is_full());
        assert!(matches!(open.finish(), Err(SegmentError::WriterFailed { .. })));
        assert_eq!(read_all(&disk, &committed).unwrap(), first);

        disk.faults().capacity(None);
        open.abandon(end);
        push_all(&mut open, &second).unwrap();
        let blocks = [committed, open.finish().unwrap()].concat();
        matches_model(&disk.drop_unsynced(), &blocks, &[first, second].concat(), &mut rng);
    }
}

#[test]
fn after_a_failed_write_or_sync_nothing_is_handed_out_until_it_is_done_again() {
    for nth in 1.. {
        let mut failures = 0;
        for of_sync in [true, false] {
            let mut rng = fastrand::Rng::with_seed(nth);
            let disk = MemDisk::new();
            let options = options(200, 60, 100);
            let (first, committed) = fill(&disk, options, 20);
            disk.faults().seed(nth);
            disk.faults().fail_sync(if of_sync { nth } else { 0 });
            disk.faults().fail_write(if of_sync { 0 } else { nth });
            let second = next_records(&first, 20, &mut rng, small);
            let mut open = writer(&disk, options, committed.last().copied());
            let finished = push_all(&mut open, &second).and_then(|()| open.finish());
            failures += usize::from(finished.is_err());
            let finished = finished.or_else(|_| {
                assert!(matches!(open.finish(), Err(SegmentError::WriterFailed { .. })));
                open.abandon(committed.last().copied());
                push_all(&mut open, &second).and_then(|()| open.finish())
            });
            let blocks = [committed, finished.unwrap()].concat();
            matches_model(&disk.drop_unsynced(), &blocks, &[first, second].concat(), &mut rng);
        }
        if failures == 0 {
            assert!(nth > 5, "several writes and syncs have failed");
            return;
        }
    }
}
