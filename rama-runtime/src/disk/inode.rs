//! One file of the disk in memory: what is readable, what is durable, and what a power cut makes of
//! the difference.

use std::mem;

/// What disks write at once or not at all.
const SECTOR: usize = 512;

/// A change that no sync has covered yet.
#[derive(Clone, Debug)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    SetLen(usize),
}

/// The content of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Inode {
    /// What reads see.
    current: Vec<u8>,
    /// What is on the platter.
    synced: Vec<u8>,
    /// What leads from `synced` to `current`, in order.
    unsynced: Vec<Change>,
    /// How far the file was ever written; space beyond is a hole that takes none.
    allocated: usize,
}

impl Inode {
    pub(super) fn current(&self) -> &[u8] {
        &self.current
    }

    /// Bytes of the disk this file takes.
    pub(super) fn allocated(&self) -> usize {
        self.allocated
    }

    pub(super) fn write(&mut self, offset: usize, data: &[u8]) {
        put(&mut self.current, offset, data);
        self.allocated = self.allocated.max(offset + data.len());
        self.unsynced.push(Change::Write { offset, data: data.to_vec() });
    }

    pub(super) fn set_len(&mut self, len: usize) {
        if len == self.current.len() {
            // To the operating system, too, this is nothing that a sync must care for.
            return;
        }
        self.current.resize(len, 0);
        self.allocated = self.allocated.min(len);
        self.unsynced.push(Change::SetLen(len));
    }

    pub(super) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            change.apply(&mut self.synced);
        }
    }

    /// A sync that failed: what becomes of the unsynced changes is decided now, reads go on seeing
    /// all of them, and no later sync has anything to do with them.
    pub(super) fn fail_sync(&mut self, rng: &mut fastrand::Rng) {
        for change in mem::take(&mut self.unsynced) {
            change.survive(&mut self.synced, rng);
        }
    }

    /// The file after a power cut that treats every unsynced change as it likes.
    pub(super) fn after_power_cut(&self, rng: &mut fastrand::Rng) -> Inode {
        let mut content = self.synced.clone();
        for change in &self.unsynced {
            change.survive(&mut content, rng);
        }
        Inode::durable(content)
    }

    /// The file with nothing but what was synced.
    pub(super) fn only_synced(&self) -> Inode {
        Inode::durable(self.synced.clone())
    }

    fn durable(content: Vec<u8>) -> Inode {
        let allocated = content.len();
        Inode { current: content.clone(), synced: content, unsynced: Vec::new(), allocated }
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Change::Write { offset, data } => put(content, *offset, data),
            Change::SetLen(len) => content.resize(*len, 0),
        }
    }

    /// Applies all, nothing, or a part of the change.
    fn survive(&self, content: &mut Vec<u8>, rng: &mut fastrand::Rng) {
        match rng.u8(..4) {
            0 => self.apply(content),
            1 => {}
            torn => match self {
                // A length is one field; it is not torn.
                Change::SetLen(_) => {
                    if rng.bool() {
                        self.apply(content);
                    }
                }
                Change::Write { offset, data } if torn == 2 => {
                    put(content, *offset, &data[..rng.usize(..=data.len())]);
                }
                Change::Write { offset, data } => tear(content, *offset, data, rng),
            },
        }
    }
}

/// Writes a random choice of the sectors that a write touches.
fn tear(content: &mut Vec<u8>, offset: usize, data: &[u8], rng: &mut fastrand::Rng) {
    let mut from = 0;
    while from < data.len() {
        let to = (((offset + from) / SECTOR + 1) * SECTOR - offset).min(data.len());
        if rng.bool() {
            put(content, offset + from, &data[from..to]);
        }
        from = to;
    }
    // The new length may get there without the data.
    if rng.bool() && content.len() < offset + data.len() {
        content.resize(offset + data.len(), 0);
    }
}

fn put(content: &mut Vec<u8>, offset: usize, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    let end = offset + data.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(data);
}
