//! The bytes of an encoded key, inline while they are short.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// Up to this many bytes are held inline.
const INLINE: usize = 22;

/// An encoded key. Up to 22 bytes are held inline, without the heap.
#[derive(Clone)]
pub struct KeyBytes(Bytes);

#[derive(Clone)]
enum Bytes {
    /// The bytes from `len` on are 0, so that whole words can be compared.
    Short { len: u8, bytes: [u8; INLINE] },
    /// The bytes from `len` on are spare.
    Long { len: u32, bytes: Box<[u8]> },
}

impl KeyBytes {
    /// No bytes yet.
    #[inline]
    pub fn new() -> Self {
        Self(Bytes::Short { len: 0, bytes: [0; INLINE] })
    }

    /// The bytes of memory behind it.
    pub(crate) fn heap_bytes(&self) -> usize {
        match &self.0 {
            Bytes::Short { .. } => 0,
            Bytes::Long { bytes, .. } => bytes.len(),
        }
    }

    /// Appends one byte.
    ///
    /// # Panics
    ///
    /// When the key gets 4 GiB long.
    #[inline]
    pub fn push(&mut self, byte: u8) {
        self.extend(&[byte]);
    }

    /// Appends bytes.
    ///
    /// # Panics
    ///
    /// When the key gets 4 GiB long.
    #[inline]
    pub fn extend(&mut self, more: &[u8]) {
        if let Bytes::Short { len, bytes } = &mut self.0
            && let Some(free) = bytes.get_mut(usize::from(*len)..)
            && let Some(free) = free.get_mut(..more.len())
        {
            free.copy_from_slice(more);
            // At most `INLINE`.
            *len += more.len() as u8;
        } else {
            self.extend_long(more);
        }
    }

    #[cold]
    fn extend_long(&mut self, more: &[u8]) {
        let len = self.len() + more.len();
        let total = u32::try_from(len).expect("a key is shorter than 4 GiB");
        let mut spare = match &mut self.0 {
            Bytes::Short { .. } => self.to_vec(),
            Bytes::Long { bytes, .. } => std::mem::take(bytes).into_vec(),
        };
        let at = len - more.len();
        if spare.len() < len {
            spare.resize(len.next_power_of_two(), 0);
        }
        spare[at..len].copy_from_slice(more);
        self.0 = Bytes::Long { len: total, bytes: spare.into_boxed_slice() };
    }

    /// The first eight bytes as a number, zeros behind a shorter key: a smaller one is of a smaller key.
    #[inline]
    pub(crate) fn prefix(&self) -> u64 {
        match &self.0 {
            Bytes::Short { bytes, .. } => word(bytes, 0),
            // Longer than what is held inline.
            Bytes::Long { bytes, .. } => {
                bytes.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
            }
        }
    }

    /// Flips every bit from the byte at `start` on.
    pub(crate) fn flip_from(&mut self, start: usize) {
        let bytes = match &mut self.0 {
            Bytes::Short { len, bytes } => &mut bytes[..usize::from(*len)],
            Bytes::Long { len, bytes } => &mut bytes[..*len as usize],
        };
        for byte in bytes.iter_mut().skip(start) {
            *byte = !*byte;
        }
    }

    /// The bytes so far.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Bytes::Short { len, bytes } => &bytes[..usize::from(*len)],
            Bytes::Long { len, bytes } => &bytes[..*len as usize],
        }
    }
}

/// The eight bytes at `at` as a number, so that its order is that of the bytes.
#[inline]
fn word(bytes: &[u8; INLINE], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |word| u64::from_be_bytes(*word))
}

/// The order of short bytes. Where all are equal, zeros behind the end included, the shorter one is
/// the front of the other.
#[inline]
fn cmp_short(a: &[u8; INLINE], a_len: u8, b: &[u8; INLINE], b_len: u8) -> Ordering {
    // The last word overlaps the one before, where the two are known to be equal.
    for at in [0, 8, INLINE - 8] {
        let (a, b) = (word(a, at), word(b, at));
        if a != b {
            return a.cmp(&b);
        }
    }
    a_len.cmp(&b_len)
}

impl Default for KeyBytes {
    fn default() -> Self {
        Self::new()
    }
}

impl Ord for KeyBytes {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Bytes::Short { len: a_len, bytes: a }, Bytes::Short { len: b_len, bytes: b }) => {
                cmp_short(a, *a_len, b, *b_len)
            }
            _ => self.as_slice().cmp(other),
        }
    }
}

impl PartialOrd for KeyBytes {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for KeyBytes {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            // Most keys are a number, and differ in their first word or not at all.
            (Bytes::Short { len: a_len, bytes: a }, Bytes::Short { len: b_len, bytes: b }) => {
                word(a, 0) == word(b, 0)
                    && a_len == b_len
                    && (*a_len <= 8
                        || word(a, 8) == word(b, 8) && word(a, INLINE - 8) == word(b, INLINE - 8))
            }
            _ => eq_long(self, other),
        }
    }
}

// What is rarely done is a function of its own, so that the rest is small enough to become one with
// what calls it.
#[cold]
#[inline(never)]
fn eq_long(a: &[u8], b: &[u8]) -> bool {
    a == b
}

#[inline(never)]
fn hash_bytes<H: Hasher>(bytes: &[u8], state: &mut H) {
    state.write(bytes);
}

impl Eq for KeyBytes {}

impl From<&[u8]> for KeyBytes {
    #[inline]
    fn from(bytes: &[u8]) -> Self {
        let mut key = Self::new();
        key.extend(bytes);
        key
    }
}

impl Deref for KeyBytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl Hash for KeyBytes {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            // One word, without a loop: most keys are a number.
            Bytes::Short { len: 8, bytes } => state.write_u64(word(bytes, 0)),
            _ => hash_bytes(self, state),
        }
    }
}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.as_slice() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}
