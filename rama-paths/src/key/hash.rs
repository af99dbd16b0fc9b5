//! The routing hash: which task a key belongs to.

use super::{Key, KeyBytes};
use crate::store::rows_hash;

/// The version of the routing hash: xxh3-64 of the encoded key, low bits first.
///
/// It decides where data lies. Another hash is another version, and data must be moved.
pub const ROUTING_VERSION: u8 = 1;

/// An encoded key, and its hash, which is made when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHash {
    key: KeyBytes,
    /// The key, if it has eight bytes: most are a number, and what was written byte by byte a moment
    /// ago is not at hand as one.
    word: Option<u64>,
}

impl KeyHash {
    /// The hash of bytes that are already an encoded key.
    #[inline]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self { key: KeyBytes::from(bytes), word: word_of(bytes) }
    }

    /// The hash as a number.
    #[inline]
    pub fn value(&self) -> u64 {
        match self.word {
            Some(word) => xxhash_rust::xxh3::xxh3_64(&word.to_be_bytes()),
            None => xxhash_rust::xxh3::xxh3_64(&self.key),
        }
    }

    /// The encoded key.
    #[inline]
    pub fn key(&self) -> &KeyBytes {
        &self.key
    }

    /// The hash by which rows of this key are sought in memory. It is none for the disk: another
    /// version of this crate may have another one.
    #[inline]
    pub fn rows(&self) -> u64 {
        match self.word {
            Some(word) => rows_hash(&word),
            None => rows_hash(&self.key),
        }
    }

    /// The task of this key among `tasks` tasks.
    ///
    /// # Panics
    ///
    /// When `tasks` is not a power of two.
    #[inline]
    pub fn task(&self, tasks: u32) -> u32 {
        assert!(tasks.is_power_of_two(), "the number of tasks is a power of two, not {tasks}");
        // The low 32 bits are all that a mask of a `u32` can meet.
        (self.value() & u64::from(u32::MAX)) as u32 & (tasks - 1)
    }
}

/// Eight bytes as a number.
#[inline]
fn word_of(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

/// The routing hash of a key. Short keys are hashed without touching the heap.
///
/// ```
/// use rama_paths::key_hash;
///
/// let task = key_hash(&7_i64).task(4);
/// assert!(task < 4);
/// assert_eq!(key_hash(&7_i64).task(1), 0);
/// ```
#[inline]
pub fn key_hash<K: Key>(key: &K) -> KeyHash {
    let mut bytes = KeyBytes::new();
    key.encode_key(&mut bytes);
    let word = key.word().or_else(|| word_of(&bytes));
    KeyHash { key: bytes, word }
}
