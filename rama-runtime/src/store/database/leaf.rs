//! The bytes of a leaf: rows that are neighbours in the order of their keys, in one entry of redb.
//!
//! ```text
//! leaf     row*                                       in the order of the keys, at least one
//! row      key's length varint | value's length varint | key | value
//! varint   LEB128
//! ```
//!
//! An entry of redb costs as much to find and write as a hundred short rows cost to copy. A checkpoint
//! changes many rows of a leaf at once, and a range is read leaf by leaf.

use std::ops::Range;

/// A leaf is split when it, with its name, gets larger: it fits into a page of redb. One row may be
/// larger.
pub(super) const LEAF_BYTES: usize = 4_000;
/// A leaf that gets smaller takes in the one behind it.
pub(super) const SMALL_LEAF_BYTES: usize = LEAF_BYTES / 4;

/// A row in the bytes of a leaf.
#[derive(Clone, Debug)]
pub(super) struct RowAt {
    key: Range<usize>,
    value_end: usize,
}

impl RowAt {
    pub(super) fn key<'a>(&self, leaf: &'a [u8]) -> &'a [u8] {
        &leaf[self.key.clone()]
    }

    pub(super) fn value<'a>(&self, leaf: &'a [u8]) -> &'a [u8] {
        &leaf[self.key.end..self.value_end]
    }

    /// Where the next row begins.
    pub(super) fn end(&self) -> usize {
        self.value_end
    }
}

/// What is wrong with a leaf.
pub(super) const MALFORMED: &str = "a leaf of rows does not decode";

/// The row that begins at `at`; none at the end.
pub(super) fn row_at(leaf: &[u8], at: usize) -> Result<Option<RowAt>, &'static str> {
    if at == leaf.len() {
        return Ok(None);
    }
    let lengths = || {
        let (key, at) = take_varint(leaf, at)?;
        let (value, at) = take_varint(leaf, at)?;
        let key_end = at.checked_add(key)?;
        let value_end = key_end.checked_add(value)?;
        (value_end <= leaf.len()).then_some(RowAt { key: at..key_end, value_end })
    };
    lengths().map(Some).ok_or(MALFORMED)
}

/// The rows of a leaf, in order.
pub(super) fn rows(leaf: &[u8]) -> impl Iterator<Item = Result<(&[u8], &[u8]), &'static str>> {
    let mut at = 0;
    std::iter::from_fn(move || match row_at(leaf, at) {
        Ok(row) => row.map(|row| {
            at = row.end();
            Ok((row.key(leaf), row.value(leaf)))
        }),
        Err(problem) => {
            at = leaf.len();
            Some(Err(problem))
        }
    })
}

/// Appends a row.
pub(super) fn push_row(key: &[u8], value: &[u8], leaf: &mut Vec<u8>) {
    push_varint(key.len(), leaf);
    push_varint(value.len(), leaf);
    leaf.extend_from_slice(key);
    leaf.extend_from_slice(value);
}

/// The shortest name of a leaf that is behind the key `before` and not behind the key `first`.
pub(super) fn name_between<'a>(before: &[u8], first: &'a [u8]) -> &'a [u8] {
    let same = before.iter().zip(first).take_while(|(a, b)| a == b).count();
    &first[..first.len().min(same + 1)]
}

fn push_varint(mut value: usize, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The number at `at` and where it ends.
fn take_varint(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(at)?;
        at += 1;
        value |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some((value, at));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_what_is_cut_off_is_no_leaf() {
        let long = vec![7; 300];
        let given: [(&[u8], &[u8]); 4] =
            [(b"", b""), (b"a", b"one"), (b"ab", &long), (&long, b"x")];
        let mut leaf = Vec::new();
        for (key, value) in given {
            push_row(key, value, &mut leaf);
        }
        let found: Result<Vec<_>, _> = rows(&leaf).collect();
        assert_eq!(found.as_deref(), Ok(&given[..]));
        let ends: Vec<usize> = (0..=given.len()).map(|n| leaf_of(&given[..n]).len()).collect();
        for cut in 0..leaf.len() {
            let whole = rows(&leaf[..cut]).all(|row| row.is_ok());
            assert_eq!(whole, ends.contains(&cut), "cut at {cut}");
        }
        for bytes in [&[0xff; 20][..], &[0xff, 0xff, 0xff, 0xff, 0x7f, 0]] {
            assert_eq!(rows(bytes).collect::<Vec<_>>(), [Err(MALFORMED)]);
        }
    }

    fn leaf_of(rows: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut leaf = Vec::new();
        rows.iter().for_each(|(key, value)| push_row(key, value, &mut leaf));
        leaf
    }

    #[test]
    fn a_name_lies_between_two_keys() {
        let keys: [&[u8]; 7] = [b"", b"a", b"aa", b"aab", b"ab", b"b", b"bzz"];
        for (at, before) in keys.iter().enumerate() {
            for first in &keys[at + 1..] {
                let name = name_between(before, first);
                assert!(*before < name && name <= *first, "{before:?} {name:?} {first:?}");
            }
        }
    }
}
