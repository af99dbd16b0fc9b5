//! The bytes of a leaf: rows that are neighbours in the order of their keys, in one entry of redb.
//!
//! ```text
//! leaf     row*                                       in the order of the keys, at least one
//! row      lengths | value's length varint | rest | value
//! lengths  byte: front << 4 | rest; for each that is 15 or more 15, and a varint of what is more
//! varint   LEB128
//! ```
//!
//! The front of a key is what it begins with as the key of the row before does, and is not stored: rows
//! of one structure have most of their keys in common. The front of the first row is empty. A front may
//! be shorter than it could be.
//!
//! An entry of redb costs as much to find and write as a hundred short rows cost to copy. A checkpoint
//! changes many rows of a leaf at once, and a range is read leaf by leaf.

use std::cmp::Ordering;

/// A leaf is split when it, with its name, gets larger: it fits into a page of redb. One row may be
/// larger.
pub(super) const LEAF_BYTES: usize = 4_000;
/// A leaf that gets smaller takes in the one behind it.
pub(super) const SMALL_LEAF_BYTES: usize = LEAF_BYTES / 4;

/// What is wrong with a leaf.
pub(super) const MALFORMED: &str = "a leaf of rows does not decode";
pub(super) const UNORDERED: &str = "the rows of a leaf are out of order";

/// A length that is this or more has a varint of its own.
const LONG: usize = 15;

/// A row in the bytes of a leaf.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// Length of the key's front.
    pub(super) front: usize,
    /// The rest of the key.
    pub(super) rest: &'a [u8],
    pub(super) value: &'a [u8],
    /// Where in the leaf the next row begins.
    pub(super) end: usize,
}

impl Row<'_> {
    /// Compares its key with one that has the same front. And how many bytes they have in common.
    fn cmp(&self, key: &[u8]) -> (Ordering, usize) {
        let key_rest = key.get(self.front..).unwrap_or_default();
        let same = common(self.rest, key_rest);
        // At the end of either the shorter one is before the other.
        (self.rest.get(same).cmp(&key_rest.get(same)), self.front + same)
    }
}

/// The row that begins at `at`; none at the end. A key whose front is its front has `before` bytes.
pub(super) fn row_at(
    leaf: &[u8],
    at: usize,
    before: usize,
) -> Result<Option<Row<'_>>, &'static str> {
    if at == leaf.len() {
        return Ok(None);
    }
    let row = || {
        let lengths = *leaf.get(at)?;
        let (mut front, mut rest) = (usize::from(lengths >> 4), usize::from(lengths & 15));
        let mut at = at + 1;
        for length in [&mut front, &mut rest] {
            if *length == LONG {
                let (more, behind) = take_varint(leaf, at)?;
                (*length, at) = (LONG.checked_add(more)?, behind);
            }
        }
        let (value, at) = take_varint(leaf, at)?;
        let rest_end = at.checked_add(rest)?;
        let end = rest_end.checked_add(value)?;
        let (rest, value) = (leaf.get(at..rest_end)?, leaf.get(rest_end..end)?);
        (front <= before).then_some(Row { front, rest, value, end })
    };
    row().map(Some).ok_or(MALFORMED)
}

/// Lengths of the front and the rest of the key, and the end, of the row that begins at `at`; only if all
/// its lengths are short, as those of nearly all rows are.
#[inline]
fn short_row_at(leaf: &[u8], at: usize) -> Option<(usize, usize, usize)> {
    let [lengths, value, ..] = *leaf.get(at..)? else { return None };
    let (front, rest) = (usize::from(lengths >> 4), usize::from(lengths & 15));
    let end = at + 2 + rest + usize::from(value);
    let is_short = front < LONG && rest < LONG && value < 0x80 && end <= leaf.len();
    is_short.then_some((front, rest, end))
}

/// What a search comes to.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    /// The first row that is not before the key, if there is one, and whether it is that of the key.
    pub(super) row: Option<(Row<'a>, bool)>,
    /// Where it begins.
    pub(super) start: usize,
    /// How many bytes the key has in common with the last row before it that was gone past; `same` if
    /// none was.
    pub(super) same: usize,
}

/// Looks for `key` from the row at `at` on. `before` and `same` are the length of some key that has the
/// front of this row, and how much it has in common with `key`; it is before `key`, or empty.
///
/// A row whose front is longer than what the one before it has in common with `key` is before `key` as
/// that one is: it is gone past without a look at its bytes.
pub(super) fn seek<'a>(
    leaf: &'a [u8],
    key: &[u8],
    (mut at, mut before, mut same): (usize, usize, usize),
) -> Result<Sought<'a>, &'static str> {
    loop {
        while let Some((front, rest, end)) = short_row_at(leaf, at)
            && same < front
            && front <= before
        {
            (at, before) = (end, front + rest);
        }
        let Some(row) = row_at(leaf, at, before)? else { break };
        if row.front <= same {
            let (order, common) = row.cmp(key);
            if order.is_ge() {
                return Ok(Sought { row: Some((row, order.is_eq())), start: at, same });
            }
            same = common;
        }
        (at, before) = (row.end, row.front + row.rest.len());
    }
    Ok(Sought { row: None, start: at, same })
}

/// Goes through the rows of leaves and puts their keys together.
#[derive(Default)]
pub(super) struct Cursor {
    at: usize,
    key: Vec<u8>,
}

impl Cursor {
    /// Goes to the beginning of a leaf.
    pub(super) fn rewind(&mut self) {
        self.at = 0;
        self.key.clear();
    }

    /// Goes to the first row of a leaf that is not before `key`.
    pub(super) fn seek(&mut self, leaf: &[u8], key: &[u8]) -> Result<(), &'static str> {
        let sought = seek(leaf, key, (0, 0, 0))?;
        self.at = sought.start;
        self.key.clear();
        if let Some((row, _)) = sought.row {
            // `key` lies between the row before and this one, so it has the front of this one.
            self.key.extend_from_slice(key.get(..row.front).ok_or(MALFORMED)?);
        }
        Ok(())
    }

    /// Goes past a row, of which it answers the value.
    pub(super) fn next<'a>(&mut self, leaf: &'a [u8]) -> Result<Option<&'a [u8]>, &'static str> {
        let Some(row) = row_at(leaf, self.at, self.key.len())? else { return Ok(None) };
        self.key.truncate(row.front);
        self.key.extend_from_slice(row.rest);
        self.at = row.end;
        Ok(Some(row.value))
    }

    /// The key of the row that it went past last.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

/// Goes through the rows of a leaf from one before the end on, back, and puts their keys together.
pub(super) struct BackCursor<'a> {
    /// Those that are left.
    rows: Vec<Row<'a>>,
    /// The key of the row behind them, and the length of its front.
    key: Vec<u8>,
    front: usize,
}

impl<'a> BackCursor<'a> {
    /// The rows of a leaf that are before `end`.
    pub(super) fn new(leaf: &'a [u8], end: &[u8]) -> Result<Self, &'static str> {
        let to = seek(leaf, end, (0, 0, 0))?.start;
        let (mut at, mut before, mut rows) = (0, 0, Vec::new());
        while at < to
            && let Some(row) = row_at(leaf, at, before)?
        {
            (at, before) = (row.end, row.front + row.rest.len());
            rows.push(row);
        }
        Ok(BackCursor { rows, key: Vec::new(), front: 0 })
    }

    /// Goes past the last row that is left, of which it answers the value.
    pub(super) fn next_back(&mut self) -> Option<&'a [u8]> {
        let row = self.rows.pop()?;
        // Both have the front of the row behind it.
        let known = self.front.min(row.front);
        self.front = row.front;
        self.key.resize(row.front, 0);
        let mut missing = row.front;
        for earlier in self.rows.iter().rev() {
            if missing <= known {
                break;
            }
            // Its key is as long as the front of the row behind it at least.
            if earlier.front < missing {
                let part = &earlier.rest[..missing - earlier.front];
                self.key[earlier.front..missing].copy_from_slice(part);
                missing = earlier.front;
            }
        }
        self.key.extend_from_slice(row.rest);
        Some(row.value)
    }

    /// The key of the row that it went past last.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

/// Appends a row whose key has a front of so many bytes, and then the two parts of `rest`.
pub(super) fn push_row(front: usize, rest: [&[u8]; 2], value: &[u8], leaf: &mut Vec<u8>) {
    let rest_len = rest[0].len() + rest[1].len();
    leaf.push(((front.min(LONG) << 4) | rest_len.min(LONG)) as u8);
    for length in [front, rest_len] {
        if let Some(more) = length.checked_sub(LONG) {
            push_varint(more, leaf);
        }
    }
    push_varint(value.len(), leaf);
    for bytes in [rest[0], rest[1], value] {
        leaf.extend_from_slice(bytes);
    }
}

/// How many bytes two keys have in common at the beginning.
pub(super) fn common(a: &[u8], b: &[u8]) -> usize {
    let (eights_a, _) = a.as_chunks::<8>();
    let (eights_b, _) = b.as_chunks::<8>();
    let mut same = 0;
    for (a, b) in eights_a.iter().zip(eights_b) {
        let different = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if different != 0 {
            return same + different.trailing_zeros() as usize / 8;
        }
        same += 8;
    }
    same + a[same..].iter().zip(&b[same..]).take_while(|(a, b)| a == b).count()
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
#[allow(clippy::unwrap_used)]
mod tests {
    use fastrand::Rng;

    use super::*;

    /// Keys and values.
    type Rows = Vec<(Vec<u8>, Vec<u8>)>;

    /// A leaf of rows in order, each with a front as long as it can be or, by chance, shorter.
    fn leaf_of(rows: &Rows, random: &mut Rng) -> Vec<u8> {
        let mut leaf = Vec::new();
        let mut before: &[u8] = &[];
        for (key, value) in rows {
            let mut front = common(before, key);
            if random.u8(..4) == 0 {
                front = random.usize(..=front);
            }
            let split = random.usize(front..=key.len());
            push_row(front, [&key[front..split], &key[split..]], value, &mut leaf);
            before = key;
        }
        leaf
    }

    fn all(leaf: &[u8]) -> Result<Rows, &'static str> {
        let mut rows = Vec::new();
        let mut cursor = Cursor::default();
        while let Some(value) = cursor.next(leaf)? {
            rows.push((cursor.key().to_vec(), value.to_vec()));
        }
        Ok(rows)
    }

    /// Different keys in order, with fronts and rests on both sides of where lengths get longer.
    fn some_rows(random: &mut Rng) -> Rows {
        let key = |random: &mut Rng| {
            let mut key = vec![7; random.usize(0..20)];
            key.extend((0..random.usize(0..4)).map(|_| random.u8(..4)));
            key.extend(std::iter::repeat_n(9, random.usize(0..20) * random.usize(0..20)));
            key
        };
        let mut keys: Vec<_> = (0..random.usize(1..40)).map(|_| key(random)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().map(|key| (key, vec![5; random.usize(..300)])).collect()
    }

    #[test]
    fn rows_come_back_and_what_is_cut_off_is_no_leaf() {
        for seed in 0..50 {
            let mut random = Rng::with_seed(seed);
            let rows = some_rows(&mut random);
            let leaf = leaf_of(&rows, &mut random);
            assert_eq!(all(&leaf).as_ref(), Ok(&rows), "seed {seed}");
            let mut ends = vec![0];
            let mut before = 0;
            while let Some(row) = row_at(&leaf, ends[ends.len() - 1], before).unwrap() {
                ends.push(row.end);
                before = row.front + row.rest.len();
            }
            assert_eq!(ends.len(), rows.len() + 1);
            for cut in 0..leaf.len() {
                let whole = all(&leaf[..cut]).is_ok();
                assert_eq!(whole, ends.contains(&cut), "seed {seed}, cut at {cut}");
            }
        }
        let long = [0xff, 0xff, 0xff, 0xff, 0x7f, 0];
        for bytes in [&[0xff; 20][..], &long, &[0x10, 0], &[0xf1, 0xff, 0xff], &[0x01, 2, 0]] {
            assert_eq!(all(bytes), Err(MALFORMED), "{bytes:?}");
        }
    }

    #[test]
    fn a_search_finds_what_a_look_at_all_rows_finds() {
        for seed in 0..200 {
            let mut random = Rng::with_seed(seed);
            let rows = some_rows(&mut random);
            let leaf = leaf_of(&rows, &mut random);
            let mut keys: Vec<_> = rows.iter().map(|(key, _)| key.clone()).collect();
            keys.extend(some_rows(&mut random).into_iter().map(|(key, _)| key));
            for key in keys {
                let first = rows.iter().position(|(of_row, _)| *of_row >= key);
                let sought = seek(&leaf, &key, (0, 0, 0)).unwrap();
                let expected = first.map(|at| (&*rows[at].1, rows[at].0 == key));
                assert_eq!(sought.row.map(|(row, is_it)| (row.value, is_it)), expected);
                let before = first.unwrap_or(rows.len()).checked_sub(1);
                let same = before.map_or(0, |at| common(&rows[at].0, &key));
                assert_eq!(sought.same, same, "seed {seed}");
                let mut cursor = Cursor::default();
                cursor.seek(&leaf, &key).unwrap();
                for (of_row, value) in &rows[first.unwrap_or(rows.len())..] {
                    assert_eq!(cursor.next(&leaf), Ok(Some(&**value)));
                    assert_eq!(cursor.key(), of_row);
                }
                assert_eq!(cursor.next(&leaf), Ok(None));
                let mut back = BackCursor::new(&leaf, &key).unwrap();
                for (of_row, value) in rows[..first.unwrap_or(rows.len())].iter().rev() {
                    assert_eq!(back.next_back(), Some(&**value));
                    assert_eq!(back.key(), of_row, "seed {seed}");
                }
                assert_eq!(back.next_back(), None);
            }
        }
    }

    #[test]
    fn keys_have_in_common_what_comes_before_the_first_difference() {
        for len in 0..20 {
            let a = vec![1; len];
            assert_eq!(common(&a, &vec![1; len + 3]), len);
            for at in 0..len {
                let mut b = a.clone();
                b[at] = 0x81;
                assert_eq!((common(&a, &b), common(&b, &a)), (at, at));
            }
        }
    }
}
