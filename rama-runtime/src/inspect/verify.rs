//! Checking all checksums of a data directory.

use std::path::Path;

use super::database::each_block;
use super::directory::Directory;
use super::tail::check_entry;
use super::{InspectError, Problem, Verification};
use crate::depot::segment::{self, BlockRef};
use crate::disk::Disk;
use crate::log::{LogFiles, Position};
use crate::store::checkpoint::CheckpointRecord;
use crate::store::database::{DatabaseError, Inspection, STATE};

/// Reads all of a data directory that nobody has open, and compares all checksums: the database of
/// checkpoints, every indexed block of depots, every entry of the log. It goes on behind what
/// is damaged. What no checkpoint indexes is not read: it is removed sooner or later.
///
/// # Errors
///
/// When there is no data directory, it is open, or its manifest cannot be read.
pub fn verify(disk: &dyn Disk, dir: &Path) -> Result<Verification, InspectError> {
    let directory = Directory::hold(disk, dir)?;
    let mut found = Verification::default();
    if let Err(error) = verify_database(&directory, &mut found) {
        found.problems.push(error.into());
    }
    // Opened anew: what it holds in memory may be of no use behind damage.
    let mut replay_from = None;
    if let Err(error) = verify_segments(&directory, &mut found, &mut replay_from) {
        push_new(&mut found.problems, error);
    }
    verify_log(&directory, &mut found, replay_from);
    directory.let_go()?;
    Ok(found)
}

/// The same damage may show itself twice.
fn push_new(problems: &mut Vec<Problem>, error: DatabaseError) {
    let text = error.to_string();
    if !problems.iter().any(|problem| problem.to_string() == text) {
        problems.push(error.into());
    }
}

fn verify_database(
    directory: &Directory<'_>,
    found: &mut Verification,
) -> Result<(), DatabaseError> {
    found.free_pages_are_right = true;
    if let Some(mut inspection) = Inspection::find(directory.disk, directory.dir)? {
        found.database_bytes = inspection.file_bytes();
        found.free_pages_are_right = inspection.verify()?;
    }
    Ok(())
}

/// Checks the blocks of all partitions; notes from where on recovery needs the log.
fn verify_segments(
    directory: &Directory<'_>,
    found: &mut Verification,
    replay_from: &mut Option<Position>,
) -> Result<(), DatabaseError> {
    let dir = directory.dir;
    let Some(inspection) = Inspection::find(directory.disk, dir)? else {
        *replay_from = Some(Position::ZERO);
        return Ok(());
    };
    let snapshot = inspection.guard(|| inspection.snapshot())?;
    let record = inspection.guard(|| CheckpointRecord::read(&snapshot, dir))?;
    *replay_from = Some(record.as_ref().map_or(Position::ZERO, |record| record.replay_from));
    let mut from = Vec::new();
    loop {
        let mut blocks: Vec<BlockRef> = Vec::new();
        inspection.guard(|| {
            each_block(&snapshot, &from, dir, &mut found.problems, &mut |block| {
                let of = |block: &BlockRef| (block.depot, block.partition);
                let belongs = blocks.first().is_none_or(|first| of(first) == of(&block));
                if belongs {
                    blocks.push(block);
                }
                belongs
            })
        })?;
        let Some(last) = blocks.last().copied() else { break };
        from = last.key().to_vec();
        // The next key that there can be.
        from.push(0);
        verify_partition(directory, record.as_ref(), blocks, &last, found);
    }
    Ok(())
}

/// Checks the blocks of one partition.
fn verify_partition(
    directory: &Directory<'_>,
    record: Option<&CheckpointRecord>,
    blocks: Vec<BlockRef>,
    last: &BlockRef,
    found: &mut Verification,
) {
    let Verification {
        problems, segments, blocks: whole, log_blocks, block_bytes, records, ..
    } = found;
    let (depot, partition) = (last.depot, last.partition);
    let verified = segment::verify(
        directory.disk,
        directory.dir,
        &mut blocks.into_iter(),
        &mut |block, source| {
            problems.push(Problem::Records {
                depot: directory.depot_name(depot),
                partition,
                first: block.first_offset,
                last: block.end_offset().saturating_sub(1),
                source,
            });
        },
    );
    *segments += verified.segments;
    *whole += verified.blocks;
    *log_blocks += verified.in_log;
    *block_bytes += verified.bytes;
    *records += verified.records;
    let known = record.and_then(|record| record.depots.iter().find(|known| known.id == depot));
    let end = known.and_then(|known| known.partitions.get(partition as usize));
    let expected = end.map_or(0, |end| end.end);
    if expected != last.end_offset() {
        problems.push(Problem::IndexEnd {
            depot: directory.depot_name(depot),
            partition,
            expected,
            indexed: last.end_offset(),
            path: directory.dir.join(STATE),
        });
    }
}

fn verify_log(directory: &Directory<'_>, found: &mut Verification, replay_from: Option<Position>) {
    let dir = directory.log_dir();
    if let Err(error) = directory.manifest.check_log(directory.disk, directory.dir) {
        found.problems.push(error.into());
        return;
    }
    let files = match LogFiles::open(directory.disk, &dir) {
        Ok(files) => files,
        Err(error) => {
            found.problems.push(error.into());
            return;
        }
    };
    found.log_segments = files.segments().count() as u64;
    let before = found.problems.len();
    let Verification { log_entries, log_bytes, problems, .. } = found;
    let mut damaged = Vec::new();
    let mut undecodable = Vec::new();
    files.verify(
        &mut |at, bytes| match check_entry(bytes) {
            Ok(()) => {
                *log_entries += 1;
                *log_bytes += at.end.get() - at.start.get();
            }
            Err(source) => {
                let dir = dir.clone();
                undecodable.push(Problem::Entry { dir, position: at.end, source });
            }
        },
        &mut |error| damaged.push(error.into()),
    );
    problems.append(&mut damaged);
    problems.append(&mut undecodable);
    // All that is there is whole. Is it all that is needed?
    if problems.len() == before
        && let Some(from) = replay_from
        && let Err(error) = files.holds(from)
    {
        problems.push(error.into());
    }
}
