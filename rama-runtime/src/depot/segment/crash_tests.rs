//! Crashes at random moments, with a model beside the segments.
#![allow(clippy::unwrap_used)]

use std::iter;
use std::path::Path;

use super::tests::{
    DATA, DEPOT, PARTITION, Records, files, next_records, options, problems, push_all,
    random_options, read_all, segments, writer,
};
use super::*;
use crate::disk::{Disk, MemDisk};

/// What must be readable.
#[derive(Default)]
struct Model {
    /// The index, and the records behind its blocks.
    committed: (Vec<BlockRef>, Records),
    /// What was finished last and is not committed, if nothing was pushed since.
    finished: Option<(Vec<BlockRef>, Records)>,
}

impl Model {
    fn end(&self) -> Option<BlockRef> {
        self.committed.0.last().copied()
    }

    /// Commits what was finished last.
    fn commit(&mut self) {
        if let Some((blocks, records)) = self.finished.take() {
            self.committed.0.extend(blocks);
            self.committed.1.extend(records);
        }
    }

    fn is_readable(&self, disk: &MemDisk, context: &str) {
        for (blocks, records) in iter::once(&self.committed).chain(&self.finished) {
            let read =
                read_all(disk, blocks).unwrap_or_else(|error| panic!("{context}: {error:?}"));
            assert!(read == *records, "{context}: other records");
        }
        let found = problems(disk, &self.committed.0);
        assert!(found.is_empty(), "{context}: {found:?}");
    }

    /// Takes blocks of the front out of the index and then removes what can go.
    fn trim(&mut self, disk: &MemDisk, rng: &mut fastrand::Rng) {
        let (blocks, records) = &mut self.committed;
        if blocks.is_empty() {
            return;
        }
        blocks.drain(..rng.usize(..blocks.len()));
        let kept = blocks[0];
        records.retain(|record| record.0 >= kept.first_offset);
        // The power may go at any moment of it.
        let _ = remove_segments_below(disk, Path::new(DATA), &kept);
    }
}

/// One checkpoint: whether it was finished.
fn checkpoint(writer: &mut PartitionWriter, model: &mut Model, rng: &mut fastrand::Rng) -> bool {
    let count = rng.usize(1..40);
    let records = next_records(&model.committed.1, count, rng, |rng| match rng.u8(..15) {
        0 => rng.usize(..3000),
        _ => rng.usize(..60),
    });
    // From now on, what was finished and not committed may be overwritten.
    model.finished = None;
    match push_all(writer, &records).and_then(|()| writer.finish()) {
        Ok(blocks) => model.finished = Some((blocks, records)),
        Err(_) => return false,
    }
    true
}

/// One life of a process, until the power goes.
fn live(disk: &MemDisk, model: &mut Model, rng: &mut fastrand::Rng, context: &str) {
    disk.faults().seed(rng.u64(..));
    disk.faults().short_reads(rng.bool());
    if rng.bool() {
        disk.faults().power_off_after(Some(rng.u64(..40)));
    }
    if rng.u8(..3) == 0 {
        disk.faults().fail_sync(rng.u64(1..15));
    }
    if rng.u8(..3) == 0 {
        disk.faults().fail_write(rng.u64(1..15));
    }
    if rng.u8(..3) == 0 {
        disk.faults().capacity(Some(disk.used() + rng.u64(..5000)));
    }
    if rng.u8(..3) == 0 {
        model.finished = None;
        let _ = remove_unindexed(disk, Path::new(DATA), DEPOT, PARTITION, model.end().as_ref());
    }
    let mut writer = writer(disk, random_options(rng), model.end());
    for _ in 0..rng.usize(..6) {
        let finished = checkpoint(&mut writer, model, rng);
        if finished && rng.u8(..4) > 0 {
            model.commit();
        } else {
            writer.abandon(model.end());
            if rng.bool() {
                disk.faults().capacity(None);
            }
        }
        if rng.u8(..6) == 0 {
            model.trim(disk, rng);
            writer.abandon(model.end());
        }
        if rng.u8(..4) == 0 && disk.exists(Path::new(DATA)).is_ok() {
            model.is_readable(disk, context);
        }
    }
}

#[test]
fn crashes_keep_all_blocks_that_were_handed_out() {
    let mut committed = 0;
    for seed in 0..300 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut disk = MemDisk::new();
        let mut model = Model::default();
        for life in 0..6 {
            let context = format!("seed {seed}, life {life}");
            live(&disk, &mut model, &mut rng, &context);
            disk = match rng.u8(..4) {
                0 => disk.drop_unsynced(),
                1 => disk.kill(),
                _ => disk.crash(&mut rng),
            };
            model.is_readable(&disk, &context);
            if rng.bool() {
                // The power went behind the commit of the index.
                model.commit();
            }
        }
        remove_unindexed(&disk, Path::new(DATA), DEPOT, PARTITION, model.end().as_ref()).unwrap();
        if let Some(first) = model.committed.0.first() {
            remove_segments_below(&disk, Path::new(DATA), first).unwrap();
        }
        assert_eq!(files(&disk), segments(&model.committed.0), "seed {seed}");
        let mut writer = writer(&disk, random_options(&mut rng), model.end());
        assert!(checkpoint(&mut writer, &mut model, &mut rng), "seed {seed}");
        model.commit();
        model.is_readable(&disk.drop_unsynced(), &format!("seed {seed}, at last"));
        committed += model.committed.0.len();
    }
    assert!(committed > 3000, "{committed} blocks at last");
}

#[test]
fn every_moment_of_a_checkpoint_survives_a_crash() {
    for moment in 0..60 {
        for seed in 0..20 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let disk = MemDisk::new();
            let mut model = Model::default();
            let options = options(150, 60, 100);
            let mut open = writer(&disk, options, None);
            checkpoint(&mut open, &mut model, &mut rng);
            model.commit();
            disk.faults().power_off_after(Some(moment));
            while checkpoint(&mut open, &mut model, &mut rng) {
                // Every second is not committed.
                if rng.bool() {
                    model.commit();
                } else {
                    open.abandon(model.end());
                }
            }
            let disk = disk.crash(&mut rng);
            let context = format!("moment {moment}, seed {seed}");
            model.is_readable(&disk, &context);
            let mut open = writer(&disk, options, model.end());
            assert!(checkpoint(&mut open, &mut model, &mut rng), "{context}");
            model.commit();
            model.is_readable(&disk.drop_unsynced(), &context);
        }
    }
}
