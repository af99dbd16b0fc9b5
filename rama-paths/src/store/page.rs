//! Pages: some rows of a structure, in order, out of several layers.

use std::collections::VecDeque;
use std::ops::Bound;
use std::vec;

use super::backing::Backing;
use super::costs::Costs;
use super::horizon::AsOf;
use super::rows::{Rows, row_key, split_row_key, structure_range};
use super::writes::WriteRows;
use crate::error::PathError;
use crate::key::KeyBytes;
use crate::schema::Slot;

/// Rows of the first page, if the reader does not say how many it wants.
const FIRST_PAGE: usize = 128;
/// Memory is taken for so many rows of a page before it is known how many there are.
const FIRST_ROWS: usize = 32;
/// Rows of the largest page.
const LARGEST_PAGE: usize = 1024;

/// Which rows of a structure, and in which direction. The end is not before the start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'a> {
    pub(crate) structure: u64,
    pub(crate) start: Bound<&'a KeyBytes>,
    pub(crate) end: Bound<&'a KeyBytes>,
    /// The last rows first.
    pub(crate) backward: bool,
}

impl Stretch<'_> {
    /// All rows of a structure, in order.
    pub(crate) fn all(structure: u64) -> Self {
        Self { structure, start: Bound::Unbounded, end: Bound::Unbounded, backward: false }
    }

    /// Whether the stretch begins behind a key.
    pub(crate) fn is_behind(&self, key: &KeyBytes) -> bool {
        match self.start {
            Bound::Unbounded => false,
            Bound::Included(start) => key < start,
            Bound::Excluded(start) => key <= start,
        }
    }

    /// Whether the stretch ends before a key.
    pub(crate) fn is_before(&self, key: &KeyBytes) -> bool {
        match self.end {
            Bound::Unbounded => false,
            Bound::Included(end) => key > end,
            Bound::Excluded(end) => key >= end,
        }
    }

    pub(crate) fn contains(&self, key: &KeyBytes) -> bool {
        !self.is_behind(key) && !self.is_before(key)
    }
}

/// Some rows of a structure, in the order of their stretch.
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<(KeyBytes, T)>,
    /// The last key that was looked at, if there may be more behind it.
    pub(crate) more: Option<KeyBytes>,
}

/// Merges the layers of a page, the newest first.
pub(crate) struct PageBuilder<T> {
    max: usize,
    backward: bool,
    /// In the order of the stretch; `None` is a row that newer layers removed.
    rows: VecDeque<(KeyBytes, Option<T>)>,
    /// Layers were read up to here only.
    limit: Option<KeyBytes>,
}

impl<T: Slot> PageBuilder<T> {
    pub(crate) fn new(max: usize, backward: bool) -> Self {
        Self { max: max.max(1), backward, rows: VecDeque::new(), limit: None }
    }

    /// Adds a layer older than those before. `range` hands its rows to what it is given, and says
    /// whether there were more.
    pub(crate) fn layer<'a>(
        &mut self,
        range: impl FnOnce(&mut dyn FnMut(&KeyBytes, &'a Option<T>)) -> bool,
    ) {
        let backward = self.backward;
        let newer = std::mem::take(&mut self.rows);
        let rows = &mut self.rows;
        let (more, newer) = if newer.is_empty() {
            rows.reserve(self.max.min(FIRST_ROWS));
            let more = range(&mut |key, slot| rows.push_back((key.clone(), slot.clone())));
            (more, None)
        } else {
            let mut newer = newer.into_iter().peekable();
            let more = range(&mut |key, slot| {
                while let Some(row) = newer.next_if(|(newer, _)| precedes(backward, newer, key)) {
                    rows.push_back(row);
                }
                match newer.next_if(|(newer, _)| newer == key) {
                    Some(row) => rows.push_back(row),
                    None => rows.push_back((key.clone(), slot.clone())),
                }
            });
            (more, Some(newer))
        };
        // The last one so far is the last of the range.
        if let Some((last, _)) = rows.back().filter(|_| more)
            && self.limit.as_ref().is_none_or(|limit| precedes(backward, last, limit))
        {
            self.limit = Some(last.clone());
        }
        rows.extend(newer.into_iter().flatten());
    }

    /// The next row of the layers, if it is before `key` and within the limit.
    fn next_before(&mut self, key: &[u8]) -> Option<(KeyBytes, Option<T>)> {
        let (first, _) = self.rows.front()?;
        let is_before = precedes(self.backward, first, key);
        let is_within =
            self.limit.as_ref().is_none_or(|limit| !precedes(self.backward, limit, first));
        if is_before && is_within { self.rows.pop_front() } else { None }
    }

    /// The page, with nothing beneath the layers.
    pub(crate) fn finish(self) -> Page<T> {
        self.finish_with(Vec::new())
    }

    fn finish_with(self, mut rows: Vec<(KeyBytes, T)>) -> Page<T> {
        let Self { max, backward, rows: layered, limit } = self;
        rows.reserve(layered.len().min(max.saturating_sub(rows.len())));
        for (key, slot) in layered {
            let is_behind = limit.as_ref().is_some_and(|limit| precedes(backward, limit, &key));
            if is_behind || rows.len() >= max {
                break;
            }
            if let Some(slot) = slot {
                rows.push((key, slot));
            }
        }
        let more = if rows.len() < max { limit } else { rows.last().map(|(key, _)| key.clone()) };
        Page { rows, more }
    }

    /// The page, with the layers over the backing.
    pub(crate) fn over(
        mut self,
        backing: &dyn Backing,
        node: u32,
        stretch: Stretch<'_>,
    ) -> Result<Page<T>, PathError> {
        let (mut first, mut end) = structure_range(stretch.structure);
        // The least key behind a key is the key and a zero.
        match stretch.start {
            Bound::Unbounded => {}
            Bound::Included(key) => first = row_key(stretch.structure, key),
            Bound::Excluded(key) => {
                first = row_key(stretch.structure, key);
                first.push(0);
            }
        }
        match stretch.end {
            Bound::Unbounded => {}
            Bound::Excluded(key) => end = row_key(stretch.structure, key),
            Bound::Included(key) => {
                end = row_key(stretch.structure, key);
                end.push(0);
            }
        }
        let backward = self.backward;
        let mut rows: Vec<(KeyBytes, T)> = Vec::with_capacity(self.max.min(FIRST_PAGE));
        let mut failed = None;
        let mut visit = |row: &[u8], value: &[u8]| {
            let Some((_, key)) = split_row_key(row) else {
                failed = Some(postcard::Error::DeserializeBadEncoding);
                return false;
            };
            while let Some((newer, slot)) = self.next_before(key) {
                if let Some(slot) = slot {
                    rows.push((newer, slot));
                }
                if rows.len() >= self.max {
                    return false;
                }
            }
            if self.limit.as_ref().is_some_and(|limit| precedes(backward, limit, key)) {
                return false;
            }
            if self.rows.front().is_some_and(|(newer, _)| newer.as_slice() == key) {
                if let Some((newer, Some(slot))) = self.rows.pop_front() {
                    rows.push((newer, slot));
                }
            } else {
                match postcard::from_bytes(value) {
                    Ok(slot) => rows.push((KeyBytes::from(key), slot)),
                    Err(error) => {
                        failed = Some(error);
                        return false;
                    }
                }
            }
            rows.len() < self.max
        };
        if backward {
            backing.scan_back(node, &first, &end, &mut visit)?;
        } else {
            backing.scan(node, &first, &end, &mut visit)?;
        }
        match failed {
            Some(error) => Err(PathError::Undecodable(error)),
            None => Ok(self.finish_with(rows)),
        }
    }
}

/// Whether a key comes before another one in a direction.
fn precedes(backward: bool, a: &[u8], b: &[u8]) -> bool {
    if backward { a > b } else { a < b }
}

/// The rows of a stretch, in its order: a write set, if any, over the committed ones. `wanted` is how
/// many the reader wants, if it knows.
pub(crate) fn merged<'a, T: Slot>(
    writes: Option<&'a WriteRows<T>>,
    rows: &'a Rows<T>,
    stretch: Stretch<'_>,
    wanted: Option<usize>,
    at: AsOf<'a>,
) -> Merged<'a, T> {
    let own = writes.map_or_else(Vec::new, |writes| writes.ordered(stretch));
    Merged {
        own: own.into_iter().peekable(),
        rows,
        structure: stretch.structure,
        backward: stretch.backward,
        at,
        page: Vec::new().into_iter(),
        peeked: None,
        next: Some((stretch.start.cloned(), stretch.end.cloned())),
        size: wanted.unwrap_or(FIRST_PAGE).clamp(1, LARGEST_PAGE),
    }
}

/// See [`merged`].
pub(crate) struct Merged<'a, T> {
    own: std::iter::Peekable<vec::IntoIter<(&'a KeyBytes, &'a Option<T>)>>,
    rows: &'a Rows<T>,
    structure: u64,
    backward: bool,
    at: AsOf<'a>,
    page: vec::IntoIter<(KeyBytes, T)>,
    peeked: Option<(KeyBytes, T)>,
    /// What is left of the stretch; none if nothing is.
    next: Option<(Bound<KeyBytes>, Bound<KeyBytes>)>,
    size: usize,
}

impl<T: Slot> Merged<'_, T> {
    /// The next row.
    pub(crate) fn next(&mut self) -> Result<Option<(KeyBytes, T)>, PathError> {
        if self.peeked.is_none() && self.own.peek().is_none() {
            return self.next_committed();
        }
        loop {
            if self.peeked.is_none() {
                self.peeked = self.next_committed()?;
            }
            let Some((own, slot)) = self.own.peek() else {
                return Ok(self.peeked.take());
            };
            if self.peeked.as_ref().is_some_and(|(key, _)| precedes(self.backward, key, own)) {
                return Ok(self.peeked.take());
            }
            if self.peeked.as_ref().is_some_and(|(key, _)| key == *own) {
                self.peeked = None;
            }
            let row = slot.as_ref().map(|slot| ((*own).clone(), slot.clone()));
            self.own.next();
            Costs::count(|costs| costs.steps += 1);
            if row.is_some() {
                return Ok(row);
            }
        }
    }

    fn next_committed(&mut self) -> Result<Option<(KeyBytes, T)>, PathError> {
        loop {
            if let Some(row) = self.page.next() {
                return Ok(Some(row));
            }
            let Some((start, end)) = self.next.take() else { return Ok(None) };
            let (structure, backward) = (self.structure, self.backward);
            let stretch = Stretch { structure, start: start.as_ref(), end: end.as_ref(), backward };
            let page = self.rows.page(stretch, self.size, self.at)?;
            self.size = (self.size * 4).min(LARGEST_PAGE);
            self.next = page
                .more
                .map(Bound::Excluded)
                .map(|more| if backward { (start, more) } else { (more, end) });
            self.page = page.rows.into_iter();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PageBuilder;
    use crate::key::KeyBytes;

    #[test]
    fn a_page_ends_where_a_layer_was_cut_even_if_another_one_goes_on() {
        let key = |byte: u8| KeyBytes::from(&[byte][..]);
        for backward in [false, true] {
            let keys = if backward { [9, 8, 1] } else { [1, 2, 9] }.map(key);
            let mut page = PageBuilder::<u64>::new(2, backward);
            let (last, removed) = (Some(7), None);
            page.layer(|f| {
                f(&keys[2], &last);
                false
            });
            // There is more in this one, perhaps before the last row.
            page.layer(|f| {
                f(&keys[0], &removed);
                f(&keys[1], &removed);
                true
            });
            let page = page.finish();
            assert_eq!((page.rows, page.more.as_ref()), (Vec::new(), Some(&keys[1])));
        }
    }
}
