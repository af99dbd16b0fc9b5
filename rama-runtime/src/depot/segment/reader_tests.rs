//! Tests of what a reader keeps between two reads.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::tests::{DATA, Records, dir, fill, options, read_range, writer};
use super::*;
use crate::disk::{Disk, MemDisk, OpenMode};

#[test]
fn a_reader_keeps_the_block_it_read_last() {
    let disk = MemDisk::new();
    let (records, blocks) = fill(&disk, options(1 << 20, 200, 1 << 20), 20);
    let mut reader = SegmentReader::new(Arc::new(disk.clone()), Path::new(DATA));
    let mut got = Records::new();
    assert!(read_range(&mut reader, &blocks[0], 0..2, &mut got).is_continue());
    disk.drop_unsynced();
    // The disk is off.
    assert!(read_range(&mut reader, &blocks[0], 2..5, &mut got).is_continue());
    assert_eq!(got, records[..5]);
    let stop = &mut |_: u64, _: u64, _: &[u8]| ControlFlow::Break(());
    assert_eq!(reader.read(&blocks[0], 0..9, stop).unwrap(), ControlFlow::Break(()));
    assert!(reader.read(&blocks[1], 0..100, stop).is_err());
    reader.close();
    assert!(reader.read(&blocks[0], 0..2, stop).is_err());
}

#[test]
fn a_reader_reads_on_after_a_damaged_block() {
    let disk = MemDisk::new();
    let (records, blocks) = fill(&disk, options(1 << 20, 100, 1 << 20), 20);
    let file = disk.open(&dir().join(names::file_name(0)), OpenMode::Write).unwrap();
    file.write_all_at(&[0; 4], blocks[1].position).unwrap();
    let mut reader = SegmentReader::new(Arc::new(disk), Path::new(DATA));
    for _ in 0..2 {
        let mut got = Records::new();
        assert!(read_range(&mut reader, &blocks[0], 0..20, &mut got).is_continue());
        let error = reader.read(&blocks[1], 0..20, &mut |_, _, _| unreachable!()).unwrap_err();
        assert!(matches!(error, SegmentError::Damaged { .. }), "{error}");
        assert_eq!(got, records[..got.len()]);
        assert_eq!(got.len() as u64, blocks[0].end_offset());
    }
}

#[test]
fn a_reader_does_not_keep_the_memory_of_a_large_block() {
    let disk = MemDisk::new();
    let mut writer = writer(&disk, SegmentOptions::default(), None);
    writer.push(0, 0, &vec![1; 2 << 20]).unwrap();
    let block = writer.finish().unwrap()[0];
    let mut reader = SegmentReader::new(Arc::new(disk.clone()), Path::new(DATA));
    for _ in 0..2 {
        let mut got = Records::new();
        assert!(read_range(&mut reader, &block, 0..1, &mut got).is_continue());
        assert_eq!(got, [(0, 0, vec![1; 2 << 20])]);
    }
    disk.drop_unsynced();
    // The disk is off.
    assert!(reader.read(&block, 0..1, &mut |_, _, _| ControlFlow::Continue(())).is_err());
}
