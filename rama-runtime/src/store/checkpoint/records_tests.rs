//! Records through crashes, copies of the directory and commits that fail: those that were copied and
//! those that stay in the log, with a model beside them.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::records::{CopyError, RecordError};
use super::{CommittedRecords, DepotRecord, PartitionEnd, RecordCopier};
use crate::depot::segment::{
    BlockRef, KeptLog, Place, SegmentOptions, SegmentReader, segment_files, verify,
};
use crate::disk::{Disk, MemDisk, OpenMode};
use crate::exec::Step;
use crate::log::{Log, LogOptions, LogWriter, Position, parse_file_name};
use crate::store::{Entry, push_record};

const DEPOT: u32 = 3;
const PARTITIONS: usize = 2;
/// Entries with so many bytes of records may stay in the log.
const LOG_BLOCK: usize = 60;

fn dir() -> &'static Path {
    Path::new("/data")
}

fn log_dir() -> PathBuf {
    dir().join("log")
}

/// Append times and bytes, by offset.
type Records = Vec<(u64, Vec<u8>)>;

/// What a database would hold.
#[derive(Clone, Default)]
struct Committed {
    position: Position,
    ends: Vec<PartitionEnd>,
    kept_log: Option<Position>,
    index: BTreeMap<(u32, u64), BlockRef>,
}

impl Model {
    fn new() -> Model {
        Model {
            committed: Committed::default(),
            records: Default::default(),
            ends: BTreeMap::new(),
        }
    }
}

impl Committed {
    fn last(&self) -> FxHashMap<(u32, u32), BlockRef> {
        self.index.values().map(|block| ((DEPOT, block.partition), *block)).collect()
    }
}

/// What must be there.
#[derive(Clone)]
struct Model {
    committed: Committed,
    /// What was appended, by partition, in this life and before.
    records: [Records; PARTITIONS],
    /// By position: the ends of the partitions there.
    ends: BTreeMap<Position, [usize; PARTITIONS]>,
}

/// An open directory.
struct Open {
    log: Log,
    writer: LogWriter,
    copier: RecordCopier,
    millis: u64,
    may_stay: u64,
    options: SegmentOptions,
}

impl Open {
    fn new(disk: &MemDisk, model: &mut Model, rng: &mut fastrand::Rng) -> Open {
        let options = SegmentOptions {
            segment_bytes: rng.u64(100..1000),
            block_bytes: rng.usize(1..200),
            write_bytes: rng.usize(1..500),
            log_block_bytes: LOG_BLOCK,
        };
        Open::with(disk, model, rng.u64(500..3000), options)
    }

    fn with(
        disk: &MemDisk,
        model: &mut Model,
        log_segment_bytes: u64,
        options: SegmentOptions,
    ) -> Open {
        let disk: Arc<dyn Disk> = Arc::new(disk.clone());
        let log_options = LogOptions::default().segment_bytes(log_segment_bytes).preallocate(100);
        let committed = &model.committed;
        let mut end = committed.position;
        let opened = Log::open(
            Arc::clone(&disk),
            &log_dir(),
            log_options,
            committed.position,
            &mut |at, _| {
                end = at.end;
                Ok::<(), RecordError>(())
            },
        );
        let (log, writer) = opened.unwrap();
        // What was not durable is gone.
        model.ends.retain(|position, _| *position <= end);
        let lens = model.ends.last_key_value().map_or([0; PARTITIONS], |(_, ends)| *ends);
        for (records, len) in model.records.iter_mut().zip(lens) {
            records.truncate(len);
        }
        let kept = KeptLog::open(Arc::clone(&disk), dir(), &log_dir(), committed.kept_log).unwrap();
        let partitions = if committed.ends.is_empty() {
            vec![PartitionEnd::default(); PARTITIONS]
        } else {
            committed.ends.clone()
        };
        let copier = RecordCopier::new(
            disk,
            dir(),
            options,
            log.clone(),
            kept,
            CommittedRecords {
                position: committed.position,
                ends: vec![DepotRecord { id: DEPOT, partitions }],
                last: committed.last(),
            },
        );
        let last = model.records.iter().filter_map(|records| records.last());
        let millis = last.map(|(millis, _)| *millis).max().unwrap_or(0);
        Open { log, writer, copier, millis, may_stay: 0, options }
    }

    /// Some entries: mostly large ones with records, if `large`.
    fn append(&mut self, model: &mut Model, large: bool, rng: &mut fastrand::Rng) {
        for _ in 0..rng.usize(1..15) {
            let partition = rng.usize(..PARTITIONS);
            self.millis += rng.u64(..3);
            if rng.u8(..6) == 0 {
                self.append_other(model);
            } else if large && rng.u8(..8) > 0 {
                let many: Vec<_> = (0..rng.u8(1..8)).map(|_| vec![rng.u8(..); 30]).collect();
                self.append_many(model, partition, many);
            } else {
                let len = if rng.u8(..10) == 0 { 150 } else { 20 };
                self.append_one(model, partition, vec![rng.u8(..); len]);
            }
        }
    }

    fn append_other(&mut self, model: &mut Model) {
        let other = Entry::Commit { topology: 1, microbatch: 2, attempt: 3 };
        self.append_entry(model, &other, &[0; 20]);
    }

    fn append_one(&mut self, model: &mut Model, partition: usize, record: Vec<u8>) {
        let records = &mut model.records[partition];
        let (offset, append_millis) = (records.len() as u64, self.millis);
        records.push((append_millis, record.clone()));
        self.count(&record);
        let partition = partition as u32;
        let entry = Entry::Append { depot: DEPOT, partition, offset, append_millis };
        self.append_entry(model, &entry, &record);
    }

    fn append_many(&mut self, model: &mut Model, partition: usize, many: Vec<Vec<u8>>) {
        let records = &mut model.records[partition];
        let (offset, append_millis) = (records.len() as u64, self.millis);
        let (partition, count) = (partition as u32, many.len() as u32);
        let entry = Entry::AppendAll { depot: DEPOT, partition, offset, append_millis, count };
        let push = |payload, record| push_record(record, payload).unwrap();
        let payload = many.iter().fold(Vec::new(), push);
        let encoded = |record| postcard::to_stdvec(&record).unwrap();
        records.extend(many.into_iter().map(|record| (append_millis, encoded(record))));
        self.count(&payload);
        self.append_entry(model, &entry, &payload);
    }

    /// As depots do.
    fn count(&mut self, records: &[u8]) {
        if self.options.may_stay(records.len()) {
            self.may_stay += records.len() as u64;
        }
    }

    fn append_entry(&mut self, model: &mut Model, entry: &Entry, payload: &[u8]) {
        // A log that has failed takes nothing more: the power has gone.
        if let Ok(position) = self.log.append_with(|buffer| entry.encode(payload, buffer)) {
            model.ends.insert(position, model.records.each_ref().map(Vec::len));
        }
    }

    fn flush(&mut self) -> bool {
        self.log.want_durable(self.log.sequenced());
        while self.writer.step(Duration::ZERO) == Step::Worked {}
        self.log.durable() == self.log.sequenced()
    }

    /// Tries at one checkpoint up to the log's end: whether each is committed. Without the last being
    /// so, the process has to end.
    fn checkpoint(&mut self, model: &mut Model, tries: &[bool]) -> Result<(), CopyError> {
        let position = self.log.durable();
        self.copier.begin(position, self.may_stay);
        for commits in tries {
            while !self.copier.step(position)? {}
            let blocks = self.copier.finish()?;
            if !commits {
                self.copier.rewind();
                continue;
            }
            let committed = &mut model.committed;
            committed.position = position;
            committed.ends = self.copier.ends()[0].partitions.clone();
            committed.kept_log = self.copier.kept_log();
            committed.index.extend(blocks.iter().map(|of| ((of.partition, of.first_offset), *of)));
            self.copier.commit(position, &blocks);
            self.log.cut(position);
        }
        Ok(())
    }
}

/// All indexed records are there, and they are the model's.
fn check(disk: &MemDisk, model: &Model, context: &str) {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut found: [Records; PARTITIONS] = Default::default();
    let mut reader = SegmentReader::new(Arc::clone(&disk), dir());
    for block in model.committed.index.values() {
        let records = &mut found[block.partition as usize];
        assert_eq!(block.first_offset, records.len() as u64, "{context}");
        let read = reader.read(block, 0..u64::MAX, &mut |offset, millis, record| {
            assert_eq!(offset, records.len() as u64, "{context}");
            records.push((millis, record.to_vec()));
            ControlFlow::Continue(())
        });
        let _ = read.unwrap_or_else(|error| panic!("{context}: {error:?}"));
    }
    for ((found, records), end) in found.iter().zip(&model.records).zip(&model.committed.ends) {
        assert_eq!(found.len() as u64, end.end, "{context}");
        assert!(*found == records[..found.len()], "{context}: other records");
    }
    let mut blocks = model.committed.index.values().copied();
    verify(&*disk, dir(), &mut blocks, &mut |block, problem| {
        panic!("{context}: {block:?}: {problem:?}");
    });
}

/// Where the segments of the log begin that are kept.
fn kept(disk: &MemDisk) -> BTreeSet<u64> {
    let names = disk.list(&dir().join("depots/log")).unwrap_or_default();
    names.iter().map(|name| parse_file_name(name).unwrap()).collect()
}

/// Those that hold indexed records.
fn needed(model: &Model) -> BTreeSet<u64> {
    let of = |block: &BlockRef| match block.place {
        Place::Log { segment, .. } => Some(segment.get()),
        Place::Segment(_) => None,
    };
    model.committed.index.values().filter_map(of).collect()
}

/// The segments of a partition that hold indexed records.
fn segments(model: &Model, partition: u32) -> BTreeSet<u64> {
    let of = |block: &BlockRef| match block.place {
        Place::Segment(start) => Some(start),
        Place::Log { .. } => None,
    };
    let blocks = model.committed.index.values().filter(|block| block.partition == partition);
    blocks.filter_map(of).collect()
}

/// A copy of all files, each name with a file of its own.
fn copy(disk: &MemDisk) -> MemDisk {
    let copy = MemDisk::new();
    let partitions = (0..PARTITIONS).map(|of| dir().join(format!("depots/{DEPOT}-{of}")));
    for dir in [log_dir(), dir().join("depots/log")].into_iter().chain(partitions) {
        for name in disk.list(&dir).unwrap_or_default() {
            let file = disk.open(&dir.join(&name), OpenMode::Read).unwrap();
            let mut bytes = vec![0; file.len().unwrap() as usize];
            file.read_full_at(&mut bytes, 0).unwrap();
            copy.create_dir_all(&dir).unwrap();
            let to = copy.open(&dir.join(&name), OpenMode::Create).unwrap();
            to.write_all_at(&bytes, 0).unwrap();
            to.sync_all().unwrap();
            copy.sync_dir(&dir).unwrap();
        }
    }
    copy
}

#[test]
fn records_outlive_crashes_and_copies_whether_they_were_copied_or_stay_in_the_log() {
    let (mut in_log, mut in_segments) = (0, 0);
    for seed in 0..150 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut disk = MemDisk::new();
        let mut model = Model::new();
        for life in 0..6 {
            let context = format!("seed {seed}, life {life}");
            let mut open = Open::new(&disk, &mut model, &mut rng);
            check(&disk, &model, &context);
            if rng.bool() {
                disk.faults().power_off_after(Some(rng.u64(..60)));
            }
            for _ in 0..rng.usize(..5) {
                let large = rng.u8(..4) > 0;
                open.append(&mut model, large, &mut rng);
                let commits = rng.u8(..6) > 0;
                if !open.flush()
                    || open.checkpoint(&mut model, &[false, commits]).is_err()
                    || !commits
                {
                    break;
                }
                open.flush();
            }
            drop(open);
            disk.faults().power_off_after(None);
            disk = match rng.u8(..4) {
                0 => disk.drop_unsynced(),
                1 => disk.kill(),
                2 => copy(&disk.kill()),
                _ => disk.crash(&mut rng),
            };
        }
        let mut open = Open::new(&disk, &mut model, &mut rng);
        open.append(&mut model, true, &mut rng);
        assert!(open.flush());
        open.checkpoint(&mut model, &[false, true]).unwrap();
        open.flush();
        let committed = &model.committed;
        let disk = disk.drop_unsynced();
        check(&disk, &model, &format!("seed {seed}, at last"));
        assert_eq!(kept(&disk), needed(&model), "seed {seed}");
        let files = |of: u32| segment_files(&disk, dir(), DEPOT, of).unwrap().into_iter();
        for of in 0..PARTITIONS as u32 {
            let files: BTreeSet<u64> = files(of).map(|file| file.first_offset).collect();
            assert_eq!(files, segments(&model, of), "seed {seed}");
        }
        for block in committed.index.values() {
            match block.place {
                Place::Log { .. } => in_log += 1,
                Place::Segment(_) => in_segments += 1,
            }
        }
    }
    assert!(
        in_log > 2_000 && in_segments > 2_000,
        "{in_log} in the log, {in_segments} in segments"
    );
}

/// A directory whose files all have room.
fn open(disk: &MemDisk, model: &mut Model) -> Open {
    let options = SegmentOptions { log_block_bytes: LOG_BLOCK, ..SegmentOptions::default() };
    Open::with(disk, model, 10_000, options)
}

/// A directory with a checkpoint of appends.
fn checkpointed(disk: &MemDisk, appends: &[usize]) -> (Open, Model) {
    let mut model = Model::new();
    let mut open = open(disk, &mut model);
    append(&mut open, &mut model, appends);
    (open, model)
}

/// Appends of so many records each to the first partition, and a checkpoint.
fn append(open: &mut Open, model: &mut Model, appends: &[usize]) {
    for (byte, count) in (0..).zip(appends) {
        let record = |at: usize| vec![byte + at as u8; 30];
        match count {
            1 => open.append_one(model, 0, record(0)),
            _ => open.append_many(model, 0, (0..*count).map(record).collect()),
        }
    }
    assert!(open.flush());
    open.checkpoint(model, &[true]).unwrap();
    assert!(open.flush());
}

/// The blocks of the first partition that are entries of the log: the offsets in each.
fn in_log(model: &Model) -> Vec<Range<u64>> {
    let blocks = model.committed.index.values();
    let in_log = blocks.filter(|block| matches!(block.place, Place::Log { .. }));
    in_log.map(|block| block.first_offset..block.end_offset()).collect()
}

#[test]
fn any_part_of_an_entry_that_stays_is_read() {
    let disk = MemDisk::new();
    let (_, model) = checkpointed(&disk, &[5, 9, 4]);
    assert_eq!(in_log(&model), [0..5, 5..14, 14..18]);
    let block = model.committed.index[&(0, 5)];
    let mut reader = SegmentReader::new(Arc::new(disk), dir());
    for (from, to) in (0..20).flat_map(|from| (from..20).map(move |to| (from, to))) {
        let mut found = Vec::new();
        let visit = &mut |offset, _: u64, _: &[u8]| {
            found.push(offset);
            ControlFlow::Continue(())
        };
        assert!(reader.read(&block, from..to, visit).unwrap().is_continue());
        assert_eq!(found, Vec::from_iter(from.max(5)..to.min(14)), "{from}..{to}");
    }
    let mut seen = 0;
    let stopped = reader.read(&block, 0..20, &mut |_, _, _| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert!(stopped.unwrap().is_break() && seen == 1);
}

#[test]
fn damage_to_an_entry_that_stays_is_told_and_a_missing_one_too() {
    let disk = MemDisk::new();
    let (_, model) = checkpointed(&disk, &[5, 4, 6]);
    let blocks: Vec<BlockRef> = model.committed.index.values().copied().collect();
    let block = blocks[1];
    let path = dir().join("depots/log/00000000000000000000.log");
    let file = disk.open(&path, OpenMode::Write).unwrap();
    let problems = |blocks: &[BlockRef]| {
        let mut problems = Vec::new();
        let mut blocks = blocks.iter().copied();
        verify(&disk, dir(), &mut blocks, &mut |block, problem| {
            problems.push((block.first_offset, problem.to_string()));
        });
        problems
    };
    assert_eq!(problems(&blocks), []);
    assert_eq!(problems(&[blocks[0], blocks[2]])[0].0, blocks[2].first_offset);
    for at in block.position..block.end_position() {
        let mut byte = [0];
        file.read_full_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 4], at).unwrap();
        let found = problems(&blocks);
        assert!(found.len() == 1 && found[0].0 == 5, "{at}: {found:?}");
        assert!(found[0].1.contains("depots/log/00000000000000000000.log is damaged at byte"));
        file.write_all_at(&byte, at).unwrap();
    }
    // Whole, and another than the index says.
    for other in [
        BlockRef { first_millis: 9, ..block },
        BlockRef { last_millis: 9, ..block },
        BlockRef { count: 3, ..block },
        BlockRef { first_offset: 6, ..block },
        BlockRef { partition: 1, ..block },
        BlockRef { depot: 1, ..block },
    ] {
        let found = problems(&[other]);
        assert!(found.len() == 1 && found[0].1.contains("another"), "{found:?}");
    }
    file.set_len(block.end_position() - 1).unwrap();
    assert!(problems(&blocks[1..2])[0].1.contains("ends before"));
}

#[test]
fn each_checkpoint_decides_by_its_own_part_of_the_log() {
    let disk = MemDisk::new();
    let (mut open, mut model) = checkpointed(&disk, &[5, 1, 9, 9]);
    assert_eq!(in_log(&model), [0..5, 6..15, 15..24]);
    // Two thirds of this part are single records.
    append(&mut open, &mut model, &[1, 1, 1, 1, 1, 1, 1, 1, 5]);
    assert_eq!(in_log(&model).len(), 3);
    append(&mut open, &mut model, &[5]);
    let before = segments(&model, 0);
    append(&mut open, &mut model, &[5, 1]);
    assert_eq!(in_log(&model)[3..], [37..42, 42..47]);
    check(&disk, &model, "");
    // What is copied between entries that stay goes on where it ended.
    assert_eq!(segments(&model, 0), before);
}

#[test]
fn everything_is_copied_where_files_cannot_have_two_names() {
    let disk = MemDisk::new();
    disk.faults().refuse_links(true);
    let (mut open, mut model) = checkpointed(&disk, &[5, 1, 9, 9]);
    append(&mut open, &mut model, &[9, 9]);
    assert_eq!(in_log(&model), []);
    check(&disk.drop_unsynced(), &model, "");
}

#[test]
fn what_stays_is_read_also_where_files_cannot_have_two_names_any_more() {
    let disk = MemDisk::new();
    let (before, mut model) = checkpointed(&disk, &[5, 9]);
    drop(before);
    // The copy has two files, and the log goes on in one of them.
    let disk = copy(&disk);
    disk.faults().refuse_links(true);
    let mut open = open(&disk, &mut model);
    append(&mut open, &mut model, &[9, 9]);
    assert_eq!(in_log(&model), [0..5, 5..14]);
    check(&disk.drop_unsynced(), &model, "");
}

#[test]
fn copies_of_what_then_stays_are_removed() {
    let disk = MemDisk::new();
    let mut model = Model::new();
    disk.faults().refuse_links(true);
    let mut copying = open(&disk, &mut model);
    copying.append_many(&mut model, 0, vec![vec![1; 30]; 5]);
    assert!(copying.flush());
    copying.checkpoint(&mut model, &[false]).unwrap();
    drop(copying);
    disk.faults().refuse_links(false);
    let mut open = open(&disk, &mut model);
    append(&mut open, &mut model, &[9, 9, 9]);
    assert_eq!(in_log(&model), [0..5, 5..14, 14..23, 23..32]);
    append(&mut open, &mut model, &[1]);
    let files = segment_files(&disk, dir(), DEPOT, 0).unwrap();
    assert_eq!(Vec::from_iter(files.iter().map(|file| file.first_offset)), [32]);
}

#[test]
fn what_a_failed_try_has_left_is_no_obstacle_and_files_of_others_are_left_alone() {
    let disk = MemDisk::new();
    let kept_dir = dir().join("depots/log");
    disk.create_dir_all(&kept_dir).unwrap();
    let create = |name: &str| disk.open(&kept_dir.join(name), OpenMode::Create).unwrap();
    create("notes.txt");
    create("00000000000000000000.log.new");
    let mut model = Model::new();
    let mut open = open(&disk, &mut model);
    assert_eq!(disk.list(&kept_dir).unwrap(), ["notes.txt"]);
    create("00000000000000000000.log.new");
    append(&mut open, &mut model, &[5, 9]);
    assert_eq!(in_log(&model), [0..5, 5..14]);
    check(&disk, &model, "");
    let names = ["00000000000000000000.log", "notes.txt"];
    assert_eq!(disk.list(&kept_dir).unwrap(), names);
    create("00000000000000000000.log.new");
    // The log has let go of its segment.
    let (disk_of, elsewhere) = (Arc::new(disk.clone()), Path::new("/elsewhere"));
    KeptLog::open(disk_of, dir(), elsewhere, Some(Position::ZERO)).unwrap();
    assert_eq!(disk.list(&kept_dir).unwrap(), names);
}
