//! A depot while its module runs: its partitions of decoded records, and appends to them.

use std::any::Any;
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockWriteGuard};

use rama_paths::Record;

use super::records::{CHUNK, Records};
use super::segment::SegmentOptions;
use super::{Choice, DepotFileError, DepotFiles, DepotPartitioning};
use crate::client::AppendError;
use crate::exec::{Clock, Signal};
use crate::log::{Log, LogError, Position};
use crate::store::{Entry, LENGTH, MAX_HEADER, RecoveryError, push_record};

/// Where a depot stands in its module.
#[derive(Clone, Copy, Debug)]
pub struct DepotContext {
    /// Its catalogue id, which names it in the log.
    pub(crate) id: u32,
    /// Records that are in files may also take so many bytes of memory in each partition.
    pub(crate) kept_bytes: usize,
    /// How checkpoints store its records.
    pub(crate) segments: SegmentOptions,
    /// Number of tasks of the module.
    pub(crate) tasks: u32,
    /// Seed of the random partitioner.
    pub(crate) seed: u64,
}

/// Bytes of records that are appended together in one entry: others wait for its lock so long.
const GROUP: usize = 256 << 10;
/// Records that are copied under one lock: appends to the partition wait so long.
const COPIED_AT_ONCE: u64 = 256;

thread_local! {
    /// Where a thread's appends serialize their records.
    static ENCODED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The buffer for the next record; one that grew for a large record is given back.
fn cleared(mut buffer: Vec<u8>) -> Vec<u8> {
    buffer.clear();
    buffer.shrink_to(64 << 10);
    buffer
}

/// A depot with records of type `T`.
pub(crate) struct DepotRuntime<T> {
    name: &'static str,
    context: DepotContext,
    partitioning: Box<dyn DepotPartitioning<T>>,
    /// Kept here so that reading asks nothing of `T`: a type that is no record is then one error,
    /// at the depot's declaration.
    copy: fn(&[T], &mut Vec<T>),
    decode: fn(&[u8]) -> Result<T, postcard::Error>,
    partitions: Vec<RwLock<Records<T>>>,
    files: OnceLock<Arc<DepotFiles>>,
    random: Mutex<fastrand::Rng>,
    /// Bytes that were appended in entries of the log whose records may stay there.
    may_stay: AtomicU64,
    /// Raised after each append: topologies that read this depot.
    consumers: RwLock<Vec<Arc<Signal>>>,
}

/// Records of one partition that a client appends together.
struct Group<T> {
    partition: u32,
    records: Vec<T>,
    /// They, each behind its length.
    encoded: Vec<u8>,
}

impl<T> Group<T> {
    fn new(partition: u32, expected: usize) -> Self {
        Group { partition, records: Vec::with_capacity(expected), encoded: Vec::new() }
    }
}

/// A depot without its record type.
pub(crate) trait AnyDepot: Any + Send + Sync {
    fn name(&self) -> &'static str;
    /// Its catalogue id.
    fn id(&self) -> u32;
    /// Opens a partition that is in segments up to `end`; it is empty before.
    fn restore_end(&self, partition: u32, end: u64, last_append_millis: u64);
    /// Bytes that were appended, since it was opened, in entries of the log whose records may stay
    /// there.
    fn may_stay(&self) -> u64;
    /// A checkpoint has the records of a partition before `end`.
    fn checkpointed(&self, partition: u32, end: u64);
    /// Where to read what is in segments; set once, before anything is read.
    fn set_files(&self, files: Arc<DepotFiles>);
    fn partitions(&self) -> u32;
    /// The offset that the next record of `partition` gets.
    fn end(&self, partition: u32) -> u64;
    /// Puts back a record that the log holds.
    fn restore(
        &self,
        partition: u32,
        offset: u64,
        append_millis: u64,
        record: &[u8],
    ) -> Result<(), RecoveryError>;
    /// Has `signal` raised after each append.
    fn subscribe(&self, signal: Arc<Signal>);
    fn as_any(&self) -> &dyn Any;
}

impl<T: Record> DepotRuntime<T> {
    pub(crate) fn new(
        name: &'static str,
        partitioning: Box<dyn DepotPartitioning<T>>,
        context: DepotContext,
    ) -> Self {
        let count = partitioning.partitions(context.tasks);
        assert!(count == 1 || count == context.tasks, "a depot has one partition, or one per task");
        let partitions = (0..count).map(|_| RwLock::default()).collect();
        DepotRuntime {
            name,
            context,
            partitioning,
            copy: |records, copies| copies.extend_from_slice(records),
            decode: |bytes| postcard::from_bytes(bytes),
            partitions,
            files: OnceLock::new(),
            random: Mutex::new(fastrand::Rng::with_seed(context.seed)),
            may_stay: AtomicU64::new(0),
            consumers: RwLock::new(Vec::new()),
        }
    }

    /// Sequences a client's record: into the log and the partition, in one order. The record is not
    /// durable before the log is, up to the returned position.
    pub(crate) fn append(
        &self,
        log: &Log,
        clock: &Clock,
        record: T,
    ) -> Result<Position, AppendError> {
        let partition = self.choose(&record)?;
        // The user's serialization runs before any lock is taken, into a buffer that is kept.
        let encoded = postcard::to_extend(&record, ENCODED.take())
            .map_err(|source| AppendError::Encode { depot: self.name, source })?;
        let mut records = self.write(partition);
        let append_millis = clock.unix_millis().max(records.last_append_millis);
        let entry =
            Entry::Append { depot: self.context.id, partition, offset: records.len, append_millis };
        let position = log
            .append_with(|buffer| entry.encode(&encoded, buffer))
            .map_err(|source| AppendError::Refused { depot: self.name, source })?;
        let first = records.len;
        records.extend(append_millis, std::iter::once(record), encoded.len());
        self.count(encoded.len());
        ENCODED.set(cleared(encoded));
        records.sequenced(first, position, log.durable());
        drop(records);
        self.raise_consumers();
        Ok(position)
    }

    /// Sequences a client's records, each in its partition, in order: all of them, or none if it says
    /// so. They are durable when the log is, up to the returned position; there is none if there are
    /// no records.
    pub(crate) fn append_all(
        &self,
        log: &Log,
        clock: &Clock,
        records: impl Iterator<Item = T>,
    ) -> Result<Option<Position>, AppendError> {
        let groups = self.groups(records, log.max_entry())?;
        let mut last = None;
        for group in groups {
            match self.append_group(log, clock, group) {
                Ok(position) => last = Some(position),
                // Some are sequenced, and may become durable.
                Err(source) if last.is_some() => {
                    self.raise_consumers();
                    return Err(AppendError::Unknown { depot: self.name, source });
                }
                Err(source) => return Err(AppendError::Refused { depot: self.name, source }),
            }
        }
        self.raise_consumers();
        Ok(last)
    }

    /// Encodes records, by partition, as entries of the log have them, which takes entries of so many
    /// bytes at most.
    fn groups(
        &self,
        records: impl Iterator<Item = T>,
        max_entry: usize,
    ) -> Result<Vec<Group<T>>, AppendError> {
        let count = self.partitions.len() as u32;
        let most = GROUP.min(max_entry.saturating_sub(MAX_HEADER));
        // Hints may be wrong: memory is taken ahead for no more than a group is likely to have.
        let expected = (records.size_hint().0 / count as usize).min(CHUNK);
        let mut groups: Vec<Group<T>> = Vec::new();
        // By partition: its last group.
        let mut open: Vec<Option<usize>> = vec![None; count as usize];
        for record in records {
            let partition = self.choose(&record)?;
            let at = *open[partition as usize].get_or_insert_with(|| {
                groups.push(Group::new(partition, expected));
                groups.len() - 1
            });
            let group = &mut groups[at];
            let before = group.encoded.len();
            group.encoded = push_record(&record, std::mem::take(&mut group.encoded))
                .map_err(|source| AppendError::Encode { depot: self.name, source })?;
            let bytes = group.encoded.len() - before - LENGTH;
            if bytes > max_entry.saturating_sub(MAX_HEADER) {
                let source =
                    LogError::EntryTooLarge { bytes: bytes + MAX_HEADER, limit: max_entry };
                return Err(AppendError::Refused { depot: self.name, source });
            }
            if before == 0 || group.encoded.len() <= most {
                group.records.push(record);
                continue;
            }
            // It is the first of the next group.
            let mut next = Group::new(partition, expected);
            next.encoded = group.encoded.split_off(before);
            next.records.push(record);
            open[partition as usize] = Some(groups.len());
            groups.push(next);
        }
        Ok(groups)
    }

    fn append_group(
        &self,
        log: &Log,
        clock: &Clock,
        group: Group<T>,
    ) -> Result<Position, LogError> {
        let Group { partition, records: appended, encoded } = group;
        let depot = self.context.id;
        let mut records = self.write(partition);
        let append_millis = clock.unix_millis().max(records.last_append_millis);
        let offset = records.len;
        let position = log.append_with(|buffer| match appended.len() {
            1 => {
                let entry = Entry::Append { depot, partition, offset, append_millis };
                entry.encode(&encoded[LENGTH..], buffer);
            }
            count => {
                let count = count as u32;
                let entry = Entry::AppendAll { depot, partition, offset, append_millis, count };
                entry.encode(&encoded, buffer);
            }
        })?;
        let each = encoded.len() / appended.len().max(1);
        records.extend(append_millis, appended.into_iter(), each);
        self.count(encoded.len());
        records.sequenced(offset, position, log.durable());
        Ok(position)
    }

    fn choose(&self, record: &T) -> Result<u32, AppendError> {
        let count = self.partitions.len() as u32;
        match self.partitioning.choose(record, count) {
            Choice::Partition(partition) => Ok(partition),
            Choice::Any => {
                Ok(self.random.lock().unwrap_or_else(PoisonError::into_inner).u32(..count))
            }
            Choice::Disallowed => Err(AppendError::Disallowed { depot: self.name }),
        }
    }

    /// Counts the bytes of an entry's records.
    fn count(&self, bytes: usize) {
        if self.context.segments.may_stay(bytes) {
            self.may_stay.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }

    fn write(&self, partition: u32) -> RwLockWriteGuard<'_, Records<T>> {
        self.partitions[partition as usize].write().unwrap_or_else(PoisonError::into_inner)
    }

    fn raise_consumers(&self) {
        for signal in self.consumers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            signal.raise();
        }
    }

    /// The end of what is durable in a partition; none if there is no such partition.
    pub(crate) fn durable_end(&self, log: &Log, partition: u32) -> Option<u64> {
        let records = self.partitions.get(partition as usize)?;
        let mut records = records.write().unwrap_or_else(PoisonError::into_inner);
        Some(records.durable_end(log.durable()))
    }
}

impl<T> DepotRuntime<T> {
    /// The keys by which records came to their partition, see [`rows`](rama_paths::KeyHash::rows);
    /// none if it was not by a key.
    pub(crate) fn keys(&self, records: &[T]) -> Vec<u64> {
        let key = |record| self.partitioning.key(record).map(|key| key.rows());
        let keys = || records.iter().map_while(key).collect();
        // Records of an older module may be such that the user's function panics: they have been
        // placed, and nothing is to fail because of them now.
        catch_unwind(AssertUnwindSafe(keys)).unwrap_or_default()
    }

    /// Copies of the records at `offsets`, which must exist.
    pub(crate) fn read(
        &self,
        partition: u32,
        offsets: Range<u64>,
    ) -> Result<Vec<T>, DepotFileError> {
        let mut copies = Vec::with_capacity((offsets.end - offsets.start) as usize);
        let mut next = offsets.start;
        while next < offsets.end {
            next = self.read_some(partition, next..offsets.end, &mut copies)?;
        }
        Ok(copies)
    }

    /// Copies the first records at `offsets`, which must exist: some, and of those in memory not so
    /// many that they leave the processor's cache again before they are used. Says at which offset it ended.
    pub(crate) fn read_some(
        &self,
        partition: u32,
        offsets: Range<u64>,
        copies: &mut Vec<T>,
    ) -> Result<u64, DepotFileError> {
        let records =
            self.partitions[partition as usize].read().unwrap_or_else(PoisonError::into_inner);
        if offsets.start >= records.base {
            let end = offsets.end.min(offsets.start + COPIED_AT_ONCE);
            records.slices(offsets.start..end).for_each(|some| (self.copy)(some, copies));
            return Ok(end);
        }
        let end = offsets.end.min(records.base).min(offsets.start + CHUNK as u64);
        drop(records);
        self.read_segments(partition, offsets.start..end, copies)?;
        Ok(end)
    }

    /// The offset of the first record that was appended at `millis` or later, or the end.
    pub(crate) fn first_since(&self, partition: u32, millis: u64) -> Result<u64, DepotFileError> {
        let (in_segments, in_memory) = {
            let records =
                self.partitions[partition as usize].read().unwrap_or_else(PoisonError::into_inner);
            let is_older = records.times.first().is_none_or(|first| first >= millis);
            let in_segments = if is_older { records.base } else { 0 };
            (0..in_segments, records.times.first_since(millis).unwrap_or(records.len))
        };
        let files = self.files.get().filter(|_| !in_segments.is_empty());
        let found = match files {
            Some(files) => files.first_since(self.context.id, partition, in_segments, millis)?,
            None => None,
        };
        Ok(found.unwrap_or(in_memory))
    }

    fn read_segments(
        &self,
        partition: u32,
        offsets: Range<u64>,
        copies: &mut Vec<T>,
    ) -> Result<(), DepotFileError> {
        let not_indexed = DepotFileError::NotIndexed { partition, offset: offsets.start };
        let files = self.files.get().ok_or(not_indexed)?;
        files.read(self.context.id, partition, offsets, &mut |_, _, record| {
            copies.push((self.decode)(record)?);
            Ok(())
        })
    }
}

impl<T: Record> AnyDepot for DepotRuntime<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn id(&self) -> u32 {
        self.context.id
    }

    fn partitions(&self) -> u32 {
        self.partitions.len() as u32
    }

    fn end(&self, partition: u32) -> u64 {
        self.partitions[partition as usize].read().unwrap_or_else(PoisonError::into_inner).len
    }

    fn restore(
        &self,
        partition: u32,
        offset: u64,
        append_millis: u64,
        record: &[u8],
    ) -> Result<(), RecoveryError> {
        let mut records = self
            .partitions
            .get(partition as usize)
            .ok_or(RecoveryError::NoSuchPartition { depot: self.name, partition })?
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if records.len != offset {
            return Err(RecoveryError::OffsetGap {
                depot: self.name,
                partition,
                expected: records.len,
                found: offset,
            });
        }
        let encoded = record.len();
        let record = postcard::from_bytes(record).map_err(|source| {
            RecoveryError::UndecodableRecord { depot: self.name, partition, offset, source }
        })?;
        records.extend(append_millis, std::iter::once(record), encoded);
        Ok(())
    }

    fn restore_end(&self, partition: u32, end: u64, last_append_millis: u64) {
        let Some(records) = self.partitions.get(partition as usize) else { return };
        let mut records = records.write().unwrap_or_else(PoisonError::into_inner);
        records.restore_end(end, last_append_millis);
    }

    fn may_stay(&self) -> u64 {
        self.may_stay.load(Ordering::Relaxed)
    }

    fn checkpointed(&self, partition: u32, end: u64) {
        let Some(records) = self.partitions.get(partition as usize) else { return };
        let mut records = records.write().unwrap_or_else(PoisonError::into_inner);
        records.checkpointed(end, self.context.kept_bytes);
    }

    fn set_files(&self, files: Arc<DepotFiles>) {
        // Set once, by the launch.
        let _ = self.files.set(files);
    }

    fn subscribe(&self, signal: Arc<Signal>) {
        self.consumers.write().unwrap_or_else(PoisonError::into_inner).push(signal);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use rama_paths::key_hash;

    use super::{AnyDepot, CHUNK, DepotContext, DepotRuntime};
    use crate::depot::segment::SegmentOptions;
    use crate::depot::{hash_by, random};

    #[test]
    fn records_without_a_key_or_with_one_that_cannot_be_made_any_more_have_none() {
        let segments = SegmentOptions::default();
        let context = DepotContext { id: 0, kept_bytes: 0, segments, tasks: 2, seed: 1 };
        let extract = |record: &u64| {
            assert!(*record < 5, "too large a record for the module of today");
            key_hash(record)
        };
        let keyed = DepotRuntime::new("keyed", Box::new(hash_by(extract)), context);
        let rows = |record: u64| key_hash(&record).rows();
        assert_eq!(keyed.keys(&[1, 4]), [rows(1), rows(4)]);
        assert_eq!(keyed.keys(&[1, 9, 4]), [0; 0]);
        let unkeyed = DepotRuntime::<u64>::new("unkeyed", Box::new(random()), context);
        assert_eq!(unkeyed.keys(&[1, 4]), [0; 0]);
    }

    #[test]
    fn records_are_read_across_the_ends_of_chunks() {
        let segments = SegmentOptions::default();
        let context = DepotContext { id: 0, kept_bytes: 0, segments, tasks: 1, seed: 1 };
        let depot = DepotRuntime::<u64>::new("depot", Box::new(random()), context);
        // A checkpoint has those before.
        let (first, count) = (7, 3 * CHUNK as u64);
        depot.restore_end(0, first, 0);
        for offset in first..first + count {
            let record = postcard::to_stdvec(&(offset * 2)).expect("a number serializes");
            depot.restore(0, offset, 0, &record).expect("the next record");
        }
        let chunk = CHUNK as u64;
        let ends = [0, 1, 5, chunk - 1, chunk, chunk + 1, 2 * chunk + 300, count - 1, count];
        for from in ends {
            for to in ends.into_iter().filter(|to| *to >= from) {
                let offsets = first + from..first + to;
                let expected: Vec<u64> = offsets.clone().map(|offset| offset * 2).collect();
                assert_eq!(depot.read(0, offsets).expect("records in memory"), expected);
            }
        }
    }
}
