//! Tests of segments on a disk that works: what was finished is read back, sizes, times, refusals.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::iter;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::format::{BLOCK_HEADER, HEADER};
use super::*;
use crate::disk::{Disk, MemDisk, RealDisk};
use crate::log::Position;

pub(super) const DATA: &str = "data";
pub(super) const DEPOT: u32 = 3;
pub(super) const PARTITION: u32 = 7;

/// Offsets, append times and bytes.
pub(super) type Records = Vec<(u64, u64, Vec<u8>)>;

pub(super) fn dir() -> PathBuf {
    Path::new(DATA).join("depots/3-7")
}

pub(super) fn options(
    segment_bytes: u64,
    block_bytes: usize,
    write_bytes: usize,
) -> SegmentOptions {
    SegmentOptions { segment_bytes, block_bytes, write_bytes, ..SegmentOptions::default() }
}

pub(super) fn random_options(rng: &mut fastrand::Rng) -> SegmentOptions {
    options(rng.u64(..2000), rng.usize(..300), rng.usize(..1000))
}

pub(super) fn writer(
    disk: &MemDisk,
    options: SegmentOptions,
    end: Option<BlockRef>,
) -> PartitionWriter {
    let disk = Arc::new(disk.clone());
    PartitionWriter::new(disk, Path::new(DATA), DEPOT, PARTITION, options, end)
}

/// `count` records that can stand behind those there are.
pub(super) fn next_records(
    before: &Records,
    count: usize,
    rng: &mut fastrand::Rng,
    len: impl Fn(&mut fastrand::Rng) -> usize,
) -> Records {
    let (mut offset, mut millis) = before.last().map_or((0, 0), |last| (last.0 + 1, last.1));
    let mut records = Records::new();
    for _ in 0..count {
        millis += *rng.choice(&[0, 0, 1, 5, 1 << 40]).unwrap();
        let len = len(rng);
        records.push((offset, millis, iter::repeat_with(|| rng.u8(..)).take(len).collect()));
        offset += 1;
    }
    records
}

pub(super) fn push_all(
    writer: &mut PartitionWriter,
    records: &Records,
) -> Result<(), SegmentError> {
    records.iter().try_for_each(|(offset, millis, record)| writer.push(*offset, *millis, record))
}

pub(super) fn read(disk: &dyn Disk, block: &BlockRef) -> Result<Records, SegmentError> {
    let mut records = Records::new();
    let _ = read_block(disk, Path::new(DATA), block, &mut |offset, millis, record| {
        records.push((offset, millis, record.to_vec()));
        ControlFlow::Continue(())
    })?;
    Ok(records)
}

pub(super) fn read_all(disk: &dyn Disk, blocks: &[BlockRef]) -> Result<Records, SegmentError> {
    let records: Result<Vec<_>, _> = blocks.iter().map(|block| read(disk, block)).collect();
    Ok(records?.concat())
}

/// The problems of the blocks.
pub(super) fn problems(disk: &dyn Disk, blocks: &[BlockRef]) -> Vec<SegmentError> {
    let mut problems = Vec::new();
    verify(disk, Path::new(DATA), &mut blocks.iter().copied(), &mut |_, problem| {
        problems.push(problem);
    });
    problems
}

/// The segment that holds a block.
pub(super) fn segment(block: &BlockRef) -> u64 {
    block.segment_id().unwrap().start
}

pub(super) fn segments(blocks: &[BlockRef]) -> Vec<u64> {
    let mut segments: Vec<u64> = blocks.iter().map(segment).collect();
    segments.dedup();
    segments
}

pub(super) fn files(disk: &dyn Disk) -> Vec<u64> {
    let names = disk.list(&dir()).unwrap_or_default();
    names.iter().map(|name| names::parse_file_name(name).unwrap()).collect()
}

pub(super) fn small(rng: &mut fastrand::Rng) -> usize {
    rng.usize(..60)
}

/// Writes `count` records of 20 bytes and finishes.
pub(super) fn fill(
    disk: &MemDisk,
    options: SegmentOptions,
    count: u64,
) -> (Records, Vec<BlockRef>) {
    let records: Records =
        (0..count).map(|offset| (offset, offset * 10, vec![offset as u8; 20])).collect();
    let mut writer = writer(disk, options, None);
    push_all(&mut writer, &records).unwrap();
    (records, writer.finish().unwrap())
}

/// Checks everything that can be asked of an index and its segments against the records.
pub(super) fn matches_model(
    disk: &MemDisk,
    blocks: &[BlockRef],
    records: &Records,
    rng: &mut fastrand::Rng,
) {
    assert_eq!(read_all(disk, blocks).unwrap(), *records);
    let mut found = Vec::new();
    let verified = verify(disk, Path::new(DATA), &mut blocks.iter().copied(), &mut |_, problem| {
        found.push(problem);
    });
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(verified.records, records.len() as u64);
    assert_eq!(verified.blocks, blocks.len() as u64);
    assert_eq!(verified.segments, segments(blocks).len() as u64);
    assert_eq!(files(disk), segments(blocks));

    let index: BTreeMap<_, _> = blocks.iter().map(|block| (block.key(), block.value())).collect();
    let from_index = |(key, value): (&[u8; 16], &Vec<u8>)| BlockRef::decode(key, value).unwrap();
    let in_order: Vec<_> = index.range(BlockRef::keys(DEPOT, PARTITION)).map(from_index).collect();
    assert_eq!(in_order, blocks);
    let end = records.len() as u64;
    let mut block_at = |offset: u64| {
        assert!(offset < end);
        let key = BlockRef::key_at(DEPOT, PARTITION, offset);
        Ok::<_, Infallible>(from_index(index.range(..=key).next_back().unwrap()))
    };

    let mut reader = SegmentReader::new(Arc::new(disk.clone()), Path::new(DATA));
    for _ in 0..20.min(end) {
        let from = rng.u64(..end);
        let to = rng.u64(from..=end);
        let mut got = Records::new();
        let mut at = from;
        while at < to {
            let Ok(block) = block_at(at);
            let flow = read_range(&mut reader, &block, from..to, &mut got);
            assert!(flow.is_continue());
            at = block.end_offset();
        }
        assert_eq!(got, records[from as usize..to as usize]);

        let millis = records[from as usize].1 + rng.u64(..2);
        let Ok(found) = first_block_since(millis, 0..end, &mut block_at);
        assert_eq!(found, blocks.iter().find(|block| block.last_millis >= millis).copied());
    }
}

/// Reads a part of one block into `got`.
pub(super) fn read_range(
    reader: &mut SegmentReader,
    block: &BlockRef,
    offsets: Range<u64>,
    got: &mut Records,
) -> ControlFlow<()> {
    reader
        .read(block, offsets, &mut |offset, millis, record| {
            got.push((offset, millis, record.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap()
}

#[test]
fn what_was_finished_is_read_back() {
    for seed in 0..60 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut disk = MemDisk::new();
        let options = if seed < 3 { SegmentOptions::default() } else { random_options(&mut rng) };
        let (mut records, mut blocks) = (Records::new(), Vec::new());
        let mut open = writer(&disk, options, None);
        for _ in 0..6 {
            disk.faults().short_reads(true);
            let count = rng.usize(..60);
            let new = next_records(&records, count, &mut rng, |rng| match rng.u8(..20) {
                0 => 0,
                1 => rng.usize(..2000),
                2 if seed < 3 => rng.usize(..200_000),
                _ => rng.usize(..80),
            });
            push_all(&mut open, &new).unwrap();
            blocks.extend(open.finish().unwrap());
            records.extend(new);
            assert_eq!(open.next_offset(), records.len() as u64);
            if rng.bool() {
                disk = disk.drop_unsynced();
                open = writer(&disk, options, blocks.last().copied());
            }
            matches_model(&disk, &blocks, &records, &mut rng);
        }
    }
}

#[test]
fn real_files_are_read_back() {
    let root = tempfile::tempdir().unwrap();
    let disk = Arc::new(RealDisk::new());
    let options = options(300, 100, 150);
    let mut writer = PartitionWriter::new(disk.clone(), root.path(), 1, 0, options, None);
    let mut reader = SegmentReader::new(disk.clone(), root.path());
    let records = next_records(&Records::new(), 50, &mut fastrand::Rng::with_seed(0), small);
    let mut got = Records::new();
    for part in records.chunks(15) {
        push_all(&mut writer, &part.to_vec()).unwrap();
        for block in writer.finish().unwrap() {
            assert!(read_range(&mut reader, &block, 0..u64::MAX, &mut got).is_continue());
        }
    }
    assert_eq!(got, records);
    assert!(disk.exists(&root.path().join("depots/1-0/00000000000000000000.seg")).unwrap());
}

#[test]
fn a_block_closes_at_its_size_and_a_larger_record_has_its_own() {
    let disk = MemDisk::new();
    let mut writer = writer(&disk, options(1 << 20, 100, 1 << 20), None);
    for (offset, len) in [30, 30, 30, 500, 98, 1, 30].into_iter().enumerate() {
        writer.push(offset as u64, 0, &vec![1; len]).unwrap();
    }
    let blocks = writer.finish().unwrap();
    // An entry has two bytes besides its record, or three if that is large.
    let sizes: Vec<_> =
        blocks.iter().map(|block| (block.count, block.bytes as usize - BLOCK_HEADER)).collect();
    assert_eq!(sizes, [(3, 96), (1, 503), (1, 100), (2, 35)]);
}

#[test]
fn a_segment_is_full_at_its_size() {
    let disk = MemDisk::new();
    let (_, blocks) = fill(&disk, options(400, 60, 1 << 20), 100);
    let segments = segments(&blocks);
    assert!(segments.len() > 5);
    for segment in &segments[..segments.len() - 1] {
        let last = blocks.iter().rfind(|block| super::tests::segment(block) == *segment).unwrap();
        assert!(last.position < 400 && last.end_position() >= 400);
    }
}

#[test]
fn a_segment_size_below_a_header_gives_every_block_a_segment() {
    let disk = MemDisk::new();
    let (records, blocks) = fill(&disk, options(0, 0, 0), 5);
    assert_eq!(segments(&blocks), [0, 1, 2, 3, 4]);
    assert_eq!(read_all(&disk, &blocks).unwrap(), records);
}

#[test]
fn keys_are_in_the_order_of_depots_partitions_and_offsets() {
    let places = [(0, 0, 255), (0, 0, 256), (0, 255, 9), (0, 256, 1), (255, 1, 0), (256, 0, 0)];
    assert!(
        places
            .map(|(depot, partition, offset)| BlockRef::key_at(depot, partition, offset))
            .is_sorted()
    );
    assert_eq!(BlockRef::decode(&[0; 16], &[0; 39]), None);
    assert_eq!(BlockRef::decode(&[0; 15], &[0; 40]), None);
    assert_eq!(BlockRef::decode(&[0; 16], &[0; 41]), None);
    assert_eq!(BlockRef::decode(&[0; 16], &[0; 49]), None);
}

#[test]
fn an_entry_of_the_index_is_read_as_it_was_written() {
    let number = u64::MAX - 1;
    let log = Place::Log { segment: Position::new(7), end: Position::new(number) };
    for place in [Place::Segment(number), log] {
        let block = BlockRef {
            depot: 1,
            partition: u32::MAX,
            first_offset: 3,
            place,
            position: 4,
            bytes: u32::MAX,
            count: 6,
            first_millis: 8,
            last_millis: number,
        };
        assert_eq!(BlockRef::decode(&block.key(), &block.value()), Some(block));
    }
}

#[test]
fn a_writer_without_records_does_not_touch_the_disk() {
    let disk = MemDisk::new();
    let (_, blocks) = fill(&disk, options(400, 60, 1 << 20), 10);
    disk.drop_unsynced();
    // The disk is off.
    let mut writer = writer(&disk, SegmentOptions::default(), blocks.last().copied());
    assert_eq!(writer.finish().unwrap(), []);
    assert_eq!(writer.next_offset(), 10);
    assert!(writer.push(10, 1000, b"").is_err());
}

#[test]
fn a_record_out_of_order_is_refused_and_changes_nothing() {
    let disk = MemDisk::new();
    let mut writer = writer(&disk, SegmentOptions::default(), None);
    writer.push(0, 50, b"a").unwrap();
    for (offset, millis) in [(0, 50), (2, 50), (1, 49)] {
        let error = writer.push(offset, millis, b"x").unwrap_err();
        assert!(matches!(error, SegmentError::Refused { .. }), "{error}");
    }
    writer.push(1, 50, b"b").unwrap();
    let blocks = writer.finish().unwrap();
    assert!(matches!(writer.push(2, 49, b"x"), Err(SegmentError::Refused { .. })));
    let records = [(0, 50, b"a".to_vec()), (1, 50, b"b".to_vec())];
    assert_eq!(read_all(&disk, &blocks).unwrap(), records);
}

#[test]
fn a_header_has_the_size_that_is_told() {
    let disk = MemDisk::new();
    let (_, blocks) = fill(&disk, SegmentOptions::default(), 1);
    assert_eq!(blocks[0].position, HEADER as u64);
    let id = blocks[0].segment_id().unwrap();
    assert_eq!(format::check_header(&format::header(&id), &id), Ok(()));
}
