//! Damage to segments is told, and told with its place.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::format::HEADER;
use super::tests::{
    DATA, DEPOT, PARTITION, Records, dir, next_records, options, problems, push_all, read, writer,
};
use super::*;
use crate::disk::{Disk, DiskFile, MemDisk, OpenMode};

/// One segment with some blocks, and their records.
fn segment() -> (MemDisk, Vec<BlockRef>, Vec<Records>) {
    let disk = MemDisk::new();
    let mut writer = writer(&disk, options(1 << 20, 60, 1 << 20), None);
    let mut rng = fastrand::Rng::with_seed(0);
    push_all(&mut writer, &next_records(&Records::new(), 12, &mut rng, |rng| rng.usize(..40)))
        .unwrap();
    let blocks = writer.finish().unwrap();
    assert!(blocks.len() > 3);
    let records = blocks.iter().map(|block| read(&disk, block).unwrap()).collect();
    (disk, blocks, records)
}

fn file(disk: &MemDisk) -> Box<dyn DiskFile> {
    disk.open(&dir().join(names::file_name(0)), OpenMode::Write).unwrap()
}

fn content(disk: &MemDisk) -> Vec<u8> {
    let file = file(disk);
    let mut bytes = vec![0; file.len().unwrap() as usize];
    file.read_full_at(&mut bytes, 0).unwrap();
    bytes
}

fn is_damage_at(error: &SegmentError, position: u64) -> bool {
    matches!(error, SegmentError::Damaged { path, offset, .. }
        if *offset == position && *path == dir().join(names::file_name(0)))
}

#[test]
fn a_flipped_byte_spoils_its_block_and_no_other() {
    let (disk, blocks, records) = segment();
    let bytes = content(&disk);
    for (at, byte) in bytes.iter().enumerate() {
        for flip in [0x01, 0x80, 0xff] {
            file(&disk).write_all_at(&[byte ^ flip], at as u64).unwrap();
            let mut spoiled = 0;
            for (block, records) in blocks.iter().zip(&records) {
                if (block.position..block.end_position()).contains(&(at as u64)) {
                    let error = read(&disk, block).unwrap_err();
                    assert!(is_damage_at(&error, block.position), "byte {at}: {error}");
                    spoiled += 1;
                } else {
                    assert_eq!(read(&disk, block).unwrap(), *records, "byte {at}");
                }
            }
            assert_eq!(spoiled, usize::from(at >= HEADER), "byte {at}");
            assert_eq!(problems(&disk, &blocks).len(), 1, "byte {at}");
            file(&disk).write_all_at(&[*byte], at as u64).unwrap();
        }
    }
    assert!(problems(&disk, &blocks).is_empty());
}

#[test]
fn a_cut_file_spoils_the_blocks_behind_the_cut() {
    let (disk, blocks, records) = segment();
    for len in (0..content(&disk).len() as u64).rev() {
        file(&disk).set_len(len).unwrap();
        for (block, records) in blocks.iter().zip(&records) {
            if block.end_position() <= len {
                assert_eq!(read(&disk, block).unwrap(), *records);
            } else {
                assert!(is_damage_at(&read(&disk, block).unwrap_err(), block.position));
            }
        }
        // Nothing may be written behind a hole, and what is left stays.
        let end = blocks.last().copied();
        let error =
            writer(&disk, options(1 << 20, 60, 0), end).push(12, u64::MAX, b"").unwrap_err();
        assert!(matches!(error, SegmentError::Damaged { .. }), "{error}");
        let found = remove_unindexed(&disk, Path::new(DATA), DEPOT, PARTITION, end.as_ref());
        assert!(matches!(found, Err(SegmentError::Damaged { .. })));
        assert_eq!(file(&disk).len().unwrap(), len);
    }
}

#[test]
fn a_missing_segment_is_an_error_with_its_path() {
    let (disk, blocks, _) = segment();
    disk.remove_file(&dir().join(names::file_name(0))).unwrap();
    let error = read(&disk, &blocks[0]).unwrap_err();
    assert!(error.to_string().contains("00000000000000000000.seg"), "{error}");
    assert_eq!(problems(&disk, &blocks).len(), blocks.len());
    let mut writer = writer(&disk, options(1 << 20, 60, 0), blocks.last().copied());
    assert!(matches!(writer.push(12, u64::MAX, b""), Err(SegmentError::Io { .. })));
}

#[test]
fn a_block_is_valid_in_one_place_only() {
    let (disk, blocks, _) = segment();
    let block = blocks[1];
    let bytes = content(&disk);
    let bytes = &bytes[block.position as usize..block.end_position() as usize];
    let segment = tests::segment(&block);
    assert_eq!(format::check_block(bytes, &block, segment), Ok(()));
    assert!(format::check_block(bytes, &block, segment + 1).is_err());
    let elsewhere = [
        BlockRef { depot: block.depot + 1, ..block },
        BlockRef { partition: block.partition + 1, ..block },
        BlockRef { position: block.position + 1, ..block },
        BlockRef { first_offset: block.first_offset + 1, ..block },
        BlockRef { count: block.count + 1, ..block },
        BlockRef { first_millis: block.first_millis + 1, ..block },
        BlockRef { bytes: block.bytes + 1, ..block },
    ];
    for other in elsewhere {
        assert!(format::check_block(bytes, &other, segment).is_err(), "{other:?}");
    }
    let later = BlockRef { last_millis: block.last_millis + 1, ..block };
    assert!(is_damage_at(&read(&disk, &later).unwrap_err(), block.position));
    for bytes_told in [0, 3, u32::MAX] {
        let other = BlockRef { bytes: bytes_told, ..block };
        assert!(is_damage_at(&read(&disk, &other).unwrap_err(), block.position));
    }
}

#[test]
fn an_index_with_a_block_missing_is_told() {
    let (disk, mut blocks, _) = segment();
    blocks.remove(1);
    let found = problems(&disk, &blocks);
    assert_eq!(found.len(), 1);
    assert!(is_damage_at(&found[0], blocks[1].position));
}

#[test]
fn a_later_format_is_named_as_such_and_not_touched() {
    let (disk, blocks, _) = segment();
    let mut header = format::header(&blocks[0].segment_id().unwrap());
    header[8..12].copy_from_slice(&2u32.to_le_bytes());
    let crc = crc32fast::hash(&header[..28]);
    header[28..].copy_from_slice(&crc.to_le_bytes());
    let file = file(&disk);
    file.write_all_at(&header, 0).unwrap();
    // Its blocks' crcs are of the other version, too.
    file.write_all_at(&[0; 8], blocks[0].position).unwrap();
    let before = content(&disk);
    let error = read(&disk, &blocks[0]).unwrap_err();
    assert!(matches!(error, SegmentError::UnknownVersion { version: 2, known: 1, .. }), "{error}");
    let mut writer = writer(&disk, options(1 << 20, 60, 0), Some(blocks[1]));
    let error = writer.push(blocks[1].end_offset(), u64::MAX, b"").unwrap_err();
    assert!(matches!(error, SegmentError::UnknownVersion { version: 2, .. }), "{error}");
    assert_eq!(content(&disk), before);
}
