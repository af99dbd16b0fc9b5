//! The log of the contestants written by hand.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The file's length is moved ahead in such steps, so that few syncs have to note a new one.
const STEP: u64 = 64 << 20;

/// An append-only file: a batch is one write with length and checksum, and one sync.
pub struct PlainLog {
    file: File,
    position: u64,
    length: u64,
    batch: Vec<u8>,
}

impl PlainLog {
    pub fn create(path: &Path) -> PlainLog {
        let file = File::create(path).expect("a log file");
        PlainLog { file, position: 0, length: 0, batch: Vec::new() }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.batch.extend_from_slice(bytes);
    }

    pub fn push_words(&mut self, words: &[u64]) {
        for word in words {
            self.push(&word.to_le_bytes());
        }
    }

    /// Makes what was pushed durable.
    pub fn commit(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let (length, sum) = (self.batch.len() as u32, crc32fast::hash(&self.batch));
        self.push(&length.to_le_bytes());
        self.push(&sum.to_le_bytes());
        let end = self.position + self.batch.len() as u64;
        if end > self.length {
            self.length = end.next_multiple_of(STEP);
            self.file.set_len(self.length).expect("a longer file");
        }
        self.file.write_all_at(&self.batch, self.position).expect("a write");
        self.file.sync_data().expect("a sync");
        self.position = end;
        self.batch.clear();
    }
}
