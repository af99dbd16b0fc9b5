//! Reading the rows of a table, which lie in leaves.
//!
//! The key of a leaf in redb, its *name*, is not behind the key of its first row, and behind the keys
//! of all rows of the leaf before. So a row is in the last leaf whose name is not behind its key.

use redb::ReadableTable;

use super::error::{DatabaseError, Errors};
use super::leaf::{self, BackCursor, Cursor};
use super::tables::{Entry, read_entry};

/// Hands the value of a row to `f`, if there is one; says whether there is.
pub(super) fn get(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    key: &[u8],
    f: &mut dyn FnMut(&[u8]),
    errors: &Errors,
) -> Result<bool, DatabaseError> {
    let Some((_, bytes)) = leaf_of(table, key, errors)? else { return Ok(false) };
    let bytes = errors.guard(|| bytes.value())?;
    let sought = leaf::seek(bytes, key, (0, 0, 0)).map_err(|problem| errors.damaged(problem))?;
    match sought.row {
        Some((row, true)) => {
            f(row.value);
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Hands the rows from `start` on and before `end`, in order, to `f` until it answers `false`.
pub(super) fn scan(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    start: &[u8],
    end: &[u8],
    f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    errors: &Errors,
) -> Result<(), DatabaseError> {
    if start >= end {
        return Ok(());
    }
    let first = leaf_of(table, start, errors)?;
    let from = match &first {
        Some((name, _)) => errors.guard(|| name.value())?,
        None => start,
    };
    let mut leaves = errors.guard(|| table.range(from..end))?.map_err(errors.of("read"))?;
    let damaged = |problem| errors.damaged(problem);
    let mut cursor = Cursor::default();
    let mut is_first = true;
    while let Some((_, bytes)) = read_entry(|| leaves.next(), errors)? {
        let bytes = errors.guard(|| bytes.value())?;
        match std::mem::take(&mut is_first) {
            true => cursor.seek(bytes, start).map_err(damaged)?,
            false => cursor.rewind(),
        }
        while let Some(value) = cursor.next(bytes).map_err(damaged)? {
            if cursor.key() >= end || !f(cursor.key(), value) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// As [`scan`], from the end on, in the contrary order.
pub(super) fn scan_back(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    start: &[u8],
    end: &[u8],
    f: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    errors: &Errors,
) -> Result<(), DatabaseError> {
    if start >= end {
        return Ok(());
    }
    let mut leaves = errors.guard(|| table.range(..end))?.map_err(errors.of("read"))?;
    while let Some((name, bytes)) = read_entry(|| leaves.next_back(), errors)? {
        let (name, bytes) = errors.guard(|| (name.value(), bytes.value()))?;
        let mut cursor = BackCursor::new(bytes, end).map_err(|problem| errors.damaged(problem))?;
        while let Some(value) = cursor.next_back() {
            if cursor.key() < start || !f(cursor.key(), value) {
                return Ok(());
            }
        }
        if name <= start {
            break;
        }
    }
    Ok(())
}

/// The leaf that has a key, if the table has one.
fn leaf_of<'t>(
    table: &'t impl ReadableTable<&'static [u8], &'static [u8]>,
    key: &[u8],
    errors: &Errors,
) -> Result<Option<Entry<'t>>, DatabaseError> {
    let mut leaves = errors.guard(|| table.range(..=key))?.map_err(errors.of("read"))?;
    read_entry(|| leaves.next_back(), errors)
}

/// Number of rows of a table, and bytes of its leaves. Reads all of it and checks that leaves are whole
/// and everything is in order.
pub(super) fn count(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    errors: &Errors,
) -> Result<(u64, u64), DatabaseError> {
    let (mut rows, mut leaf_bytes) = (0, 0);
    let mut last: Option<Vec<u8>> = None;
    let mut cursor = Cursor::default();
    let mut leaves = errors.guard(|| table.iter())?.map_err(errors.of("read"))?;
    while let Some((name, bytes)) = read_entry(|| leaves.next(), errors)? {
        let (name, bytes) = errors.guard(|| (name.value(), bytes.value()))?;
        if last.as_deref().is_some_and(|last| last >= name) || bytes.is_empty() {
            return Err(errors.damaged("leaves of rows are out of order"));
        }
        leaf_bytes += bytes.len() as u64;
        cursor.rewind();
        let mut is_first = true;
        while cursor.next(bytes).map_err(|problem| errors.damaged(problem))?.is_some() {
            let key = cursor.key();
            let is_behind = match &last {
                _ if std::mem::take(&mut is_first) => key >= name,
                Some(last) => key > &**last,
                None => true,
            };
            if !is_behind {
                return Err(errors.damaged(leaf::UNORDERED));
            }
            rows += 1;
            let last = last.get_or_insert_default();
            last.clear();
            last.extend_from_slice(key);
        }
    }
    Ok((rows, leaf_bytes))
}
