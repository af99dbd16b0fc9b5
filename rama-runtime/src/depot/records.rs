//! The newest records of one partition, in memory.

use std::collections::VecDeque;
use std::ops::Range;

use super::append_times::AppendTimes;
use crate::log::Position;

/// Records per chunk: growth moves none but those of the first chunk.
pub(super) const CHUNK: usize = 4096;

/// The newest records of one partition, in offset order.
pub(super) struct Records<T> {
    /// Offset of the first record in `chunks`; those before are in files only.
    pub(super) base: u64,
    chunks: VecDeque<Chunk<T>>,
    /// Memory for chunks to come, see [`Records::checkpointed`].
    spare: Vec<Vec<T>>,
    /// Records before this are in files.
    checkpointed: u64,
    pub(super) len: u64,
    /// Append time of the newest record in milliseconds since 1970; never goes back.
    pub(super) last_append_millis: u64,
    /// Those of the records in `chunks`.
    pub(super) times: AppendTimes,
    /// The newest appends, as far as they were not durable when last looked at: their positions in the
    /// log, and the first offset of each.
    not_durable: VecDeque<(Position, u64)>,
}

/// Some records in a row; all chunks but the last have [`CHUNK`].
struct Chunk<T> {
    records: Vec<T>,
    /// Estimated bytes of memory.
    bytes: usize,
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Records {
            base: 0,
            chunks: VecDeque::new(),
            spare: Vec::new(),
            checkpointed: 0,
            len: 0,
            last_append_millis: 0,
            times: AppendTimes::default(),
            not_durable: VecDeque::new(),
        }
    }
}

impl<T> Records<T> {
    /// Files have all records there are, up to `end`; there are none here.
    pub(super) fn restore_end(&mut self, end: u64, last_append_millis: u64) {
        (self.base, self.checkpointed, self.len) = (end, end, end);
        self.last_append_millis = last_append_millis;
    }

    /// Takes records; their `encoded` bytes, of each on the average, tell how much memory they take.
    pub(super) fn extend(
        &mut self,
        append_millis: u64,
        mut records: impl ExactSizeIterator<Item = T>,
        encoded: usize,
    ) {
        let heap = if std::mem::needs_drop::<T>() { encoded } else { 0 };
        self.times.push(self.len, append_millis);
        self.last_append_millis = append_millis;
        while records.len() > 0 {
            let taken = (self.len - self.base) as usize % CHUNK;
            if taken == 0 {
                let capacity = if self.len == 0 { 16 } else { CHUNK };
                let records = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(capacity));
                self.chunks.push_back(Chunk { records, bytes: 0 });
            }
            let Some(chunk) = self.chunks.back_mut() else { return };
            let count = records.len().min(CHUNK - taken);
            chunk.records.extend(records.by_ref().take(count));
            chunk.bytes += count * (size_of::<T>() + heap);
            self.len += count as u64;
        }
    }

    /// The records from `first` on are durable when the log is, up to `position`; it is up to `durable`.
    pub(super) fn sequenced(&mut self, first: u64, position: Position, durable: Position) {
        self.not_durable.push_back((position, first));
        self.durable_end(durable);
    }

    /// The end of what is durable.
    pub(super) fn durable_end(&mut self, durable: Position) -> u64 {
        while self.not_durable.pop_front_if(|(position, _)| *position <= durable).is_some() {}
        self.not_durable.front().map_or(self.len, |(_, first)| *first)
    }

    /// The records at `offsets`, which are here, as they lie side by side.
    pub(super) fn slices(&self, offsets: Range<u64>) -> impl Iterator<Item = &[T]> {
        let (mut at, end) =
            ((offsets.start - self.base) as usize, (offsets.end - self.base) as usize);
        std::iter::from_fn(move || {
            let (chunk, first) = (at / CHUNK, at % CHUNK);
            let count = (CHUNK - first).min(end - at);
            at += count;
            (count > 0).then(|| &self.chunks[chunk].records[first..first + count])
        })
    }

    /// Files have the records before `end`. Lets go of them, as far as they take more than `kept` bytes.
    ///
    /// Memory that is new to a process costs as much as copying the records, so that of as many chunks
    /// as went now is kept for those that come: about what is appended until the next checkpoint. It
    /// was in use until now, so what is kept adds nothing to the most that was.
    pub(super) fn checkpointed(&mut self, end: u64, kept: usize) {
        self.checkpointed = self.checkpointed.max(end);
        let whole = ((self.checkpointed - self.base) as usize / CHUNK).min(self.chunks.len());
        let mut bytes: usize = self.chunks.iter().take(whole).map(|chunk| chunk.bytes).sum();
        let mut gone = 0;
        while gone < whole && bytes > kept {
            let Some(Chunk { mut records, bytes: of_chunk }) = self.chunks.pop_front() else {
                break;
            };
            gone += 1;
            bytes -= of_chunk;
            self.base += records.len() as u64;
            records.clear();
            self.spare.push(records);
        }
        self.spare.truncate(gone);
        self.times.forget_before(self.base);
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, Records};

    const BYTES: usize = CHUNK * size_of::<u64>();

    fn extend(records: &mut Records<u64>, count: usize) {
        let first = records.len;
        records.extend(1, (0..count).map(|number| first + number as u64), 8);
    }

    fn check(records: &Records<u64>) {
        let here = records.slices(records.base..records.len).flatten().copied();
        assert!(here.eq(records.base..records.len));
    }

    #[test]
    fn memory_of_as_many_chunks_as_went_is_used_again() {
        let mut records = Records::default();
        extend(&mut records, 8 * CHUNK);
        assert!(records.spare.is_empty());
        records.checkpointed(6 * CHUNK as u64 + 5, 2 * BYTES);
        assert_eq!((records.base, records.chunks.len()), (4 * CHUNK as u64, 4));
        assert_eq!(records.spare.len(), 4);
        check(&records);

        let spare: Vec<_> = records.spare.iter().map(|chunk| chunk.as_ptr()).collect();
        extend(&mut records, 2 * CHUNK);
        let newest: Vec<_> =
            records.chunks.iter().rev().take(2).map(|chunk| chunk.records.as_ptr()).collect();
        assert!(newest.iter().all(|chunk| spare.contains(chunk)));
        check(&records);

        // Fewer go than are spare: no more than went are kept.
        records.checkpointed(7 * CHUNK as u64, 2 * BYTES);
        assert_eq!((records.base, records.spare.len()), (5 * CHUNK as u64, 1));
        records.checkpointed(7 * CHUNK as u64, 2 * BYTES);
        assert!(records.spare.is_empty());
        check(&records);
    }
}
