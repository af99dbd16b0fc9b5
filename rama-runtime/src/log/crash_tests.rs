//! Crashes at random moments, with a model beside the log.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use super::tests::{DIR, Entries, append, content, copy, flip, flush, open};
use super::*;
use crate::disk::{Disk, MemDisk};

/// What the log must still hold, and what it may.
#[derive(Default)]
struct Model {
    /// All that was ever sequenced on this line of history, in order.
    sequenced: Entries,
    durable: Position,
    /// What was durable before the last group was: no damage may take it away unnoticed.
    marked: Position,
}

impl Model {
    /// Judges what was found after a crash and takes it as the new history.
    fn found(&mut self, replayed: Entries, context: &str) {
        assert!(
            self.sequenced.starts_with(&replayed),
            "{context}: not a prefix of what was sequenced"
        );
        let end = replayed.last().map_or(Position::ZERO, |(position, _)| *position);
        assert!(end >= self.durable, "{context}: lost {end}..{}", self.durable);
        self.sequenced = replayed;
        // Opening has made it durable.
        self.durable = end;
    }

    fn advance(&mut self, durable: Position) {
        if durable > self.durable {
            self.marked = self.durable;
            self.durable = durable;
        }
    }

    /// Opens copies of the disk with one bit flipped.
    fn survives_flips(&self, disk: &MemDisk, rng: &mut fastrand::Rng, context: &str) {
        if !disk.exists(Path::new(DIR)).unwrap() {
            return;
        }
        for _ in 0..3 {
            let disk = copy(disk);
            let before = content(&disk);
            let Some((name, bytes)) = rng.choice(&before) else { return };
            if bytes.is_empty() {
                continue;
            }
            flip(&disk, name, rng.usize(..bytes.len()), rng.u32(..8));
            let flipped = content(&disk);
            match open(&disk, &LogOptions::default()) {
                Ok((log, _, replayed)) => {
                    assert!(self.sequenced.starts_with(&replayed), "{context}: flipped");
                    assert!(log.durable() >= self.marked, "{context}: {name} silently cut");
                }
                Err(_) => assert_eq!(content(&disk), flipped, "{context}: {name} changed"),
            }
        }
    }
}

fn random_options(rng: &mut fastrand::Rng) -> LogOptions {
    LogOptions::default()
        .segment_bytes(rng.u64(30..2000))
        .preallocate(*rng.choice(&[0, 50, 700]).unwrap())
        .max_buffer(rng.usize(10..3000))
        .max_unsynced(Duration::from_millis(rng.u64(0..10)))
}

/// One life of a process: opens, appends, steps, until the power goes.
fn live(disk: &MemDisk, model: &mut Model, rng: &mut fastrand::Rng, context: &str) {
    if rng.bool() {
        disk.faults().seed(rng.u64(..));
        disk.faults().short_reads(rng.bool());
        disk.faults().power_off_after(Some(rng.u64(..60)));
    }
    if rng.u8(..4) == 0 {
        disk.faults().fail_sync(rng.u64(1..20));
    }
    // The power or the disk may fail while the log is being opened.
    let Ok((log, mut writer, replayed)) = open(disk, &random_options(rng)) else { return };
    model.found(replayed, context);
    assert_eq!(log.durable(), model.durable, "{context}");
    let mut now = Duration::ZERO;
    for _ in 0..rng.usize(..80) {
        match rng.u8(..10) {
            0..5 => {
                let len = if rng.u8(..10) == 0 { rng.usize(..3000) } else { rng.usize(..60) };
                let payload: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(len).collect();
                if let Ok(position) = append(&log, &payload) {
                    model.sequenced.push((position, payload));
                }
            }
            5 => log.want_durable(log.sequenced()),
            6 => now += Duration::from_millis(rng.u64(..10)),
            7 if rng.u8(..10) == 0 => log.close(),
            _ => {
                writer.step(now);
            }
        }
        model.advance(log.durable());
    }
    if rng.u8(..4) == 0 {
        disk.faults().fail_sync(rng.u64(1..5));
        for _ in 0..3 {
            log.want_durable(log.sequenced());
            writer.step(now);
        }
        model.advance(log.durable());
    }
}

#[test]
fn crashes_keep_a_prefix_with_all_that_was_durable() {
    for seed in 0..120 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut disk = MemDisk::new();
        let mut model = Model::default();
        for life in 0..8 {
            live(&disk, &mut model, &mut rng, &format!("seed {seed}, life {life}"));
            disk = match rng.u8(..4) {
                0 => disk.drop_unsynced(),
                1 => disk.kill(),
                _ => disk.crash(&mut rng),
            };
            model.survives_flips(&disk, &mut rng, &format!("seed {seed}, life {life}"));
        }
        let context = format!("seed {seed}, at last");
        let (log, mut writer, replayed) = open(&disk, &LogOptions::default())
            .unwrap_or_else(|error| panic!("{context}: {error:?}"));
        model.found(replayed, &context);
        append(&log, b"still works").unwrap();
        flush(&log, &mut writer);
        let (_, _, replayed) = open(&disk.drop_unsynced(), &LogOptions::default()).unwrap();
        assert_eq!(replayed.len(), model.sequenced.len() + 1, "{context}");
    }
}

#[test]
fn every_moment_of_a_roll_survives_a_crash() {
    let options = LogOptions::default().segment_bytes(80).preallocate(20);
    for moment in 0..60 {
        for seed in 0..20 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let disk = MemDisk::new();
            let mut model = Model::default();
            disk.faults().power_off_after(Some(moment));
            if let Ok((log, mut writer, _)) = open(&disk, &options) {
                for index in 0..12u8 {
                    let Ok(position) = append(&log, &[index; 20]) else { break };
                    model.sequenced.push((position, vec![index; 20]));
                    log.want_durable(position);
                    writer.step(Duration::ZERO);
                    model.advance(log.durable());
                }
            }
            let disk = disk.crash(&mut rng);
            let context = format!("moment {moment}, seed {seed}");
            let (_, _, replayed) = open(&disk, &options).unwrap();
            model.found(replayed, &context);
            let (_, _, replayed) = open(&disk.drop_unsynced(), &options).unwrap();
            assert_eq!(replayed, model.sequenced, "{context}");
        }
    }
}
