//! The tables of the database and their names and keys.

use redb::{AccessGuard, ReadOnlyTable, ReadableTable, StorageError, TableDefinition};

use super::error::{DatabaseError, Errors};

/// Version of the tables' names, keys and meaning.
pub(super) const FORMAT_VERSION: u32 = 3;

/// Holds [`FORMAT_VERSION`] under [`VERSION`].
pub(super) const FORMAT: TableDefinition<'static, &str, u32> = TableDefinition::new("format");
pub(super) const VERSION: &str = "version";

/// Holds the metadata record under [`METADATA`].
pub(super) const CHECKPOINT: TableDefinition<'static, &str, &[u8]> =
    TableDefinition::new("checkpoint");
pub(super) const METADATA: &str = "metadata";

/// Structures whose rows are still to be removed.
pub(super) const GARBAGE: TableDefinition<'static, &[u8; Garbage::BYTES], ()> =
    TableDefinition::new("garbage");

/// The index of the files that depot records were moved to.
pub(super) const BLOCKS: BytesTable<'static> = TableDefinition::new("blocks");

pub(super) type BytesTable<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;
pub(super) type ReadOnlyRows = ReadOnlyTable<&'static [u8], &'static [u8]>;

const ROWS: &str = "rows";

/// The table of the rows of one node of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowTable {
    /// Catalogue id of the PState.
    pub(crate) pstate: u32,
    /// The task whose partition it is.
    pub(crate) task: u32,
    /// The node of the PState's schema.
    pub(crate) node: u32,
}

impl RowTable {
    pub(super) fn name(self) -> String {
        format!("{ROWS}/{}/{}/{:08x}", self.pstate, self.task, self.node)
    }

    /// The table of this name, if it is one of rows.
    pub(super) fn parse(name: &str) -> Option<RowTable> {
        let mut parts = name.split('/');
        if parts.next()? != ROWS {
            return None;
        }
        let table = RowTable {
            pstate: parts.next()?.parse().ok()?,
            task: parts.next()?.parse().ok()?,
            node: u32::from_str_radix(parts.next()?, 16).ok()?,
        };
        // Another spelling of the same numbers is not one of our names.
        (table.name() == name).then_some(table)
    }
}

/// A structure that was dropped and whose rows are still to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Garbage {
    /// Catalogue id of the PState.
    pub(crate) pstate: u32,
    /// The task whose partition it is.
    pub(crate) task: u32,
    /// The node of the PState's schema.
    pub(crate) node: u32,
    /// The id of the structure.
    pub(crate) structure: u64,
}

impl Garbage {
    pub(crate) fn new(table: RowTable, structure: u64) -> Garbage {
        let RowTable { pstate, task, node } = table;
        Garbage { pstate, task, node, structure }
    }

    /// The table with its rows.
    pub(crate) fn table(self) -> RowTable {
        let Garbage { pstate, task, node, .. } = self;
        RowTable { pstate, task, node }
    }

    const BYTES: usize = 20;

    /// Big-endian, so that the order of the keys is that of the fields.
    pub(super) fn key(self) -> [u8; Self::BYTES] {
        let mut key = [0; Self::BYTES];
        key[..4].copy_from_slice(&self.pstate.to_be_bytes());
        key[4..8].copy_from_slice(&self.task.to_be_bytes());
        key[8..12].copy_from_slice(&self.node.to_be_bytes());
        key[12..].copy_from_slice(&self.structure.to_be_bytes());
        key
    }

    pub(super) fn from_key(key: &[u8; Self::BYTES]) -> Garbage {
        let [p0, p1, p2, p3, t0, t1, t2, t3, n0, n1, n2, n3, structure @ ..] = *key;
        Garbage {
            pstate: u32::from_be_bytes([p0, p1, p2, p3]),
            task: u32::from_be_bytes([t0, t1, t2, t3]),
            node: u32::from_be_bytes([n0, n1, n2, n3]),
            structure: u64::from_be_bytes(structure),
        }
    }
}

/// The first garbage in order of its keys, at most `max`.
pub(super) fn first_garbage(
    table: &impl ReadableTable<&'static [u8; Garbage::BYTES], ()>,
    max: usize,
    errors: &Errors,
) -> Result<Vec<Garbage>, DatabaseError> {
    let entries = table.iter().map_err(errors.of("read"))?;
    entries
        .take(max)
        .map(|entry| Ok(Garbage::from_key(entry.map_err(errors.of("read"))?.0.value())))
        .collect()
}

/// An entry of a table of bytes: its key and its value.
pub(super) type Entry<'t> = (AccessGuard<'t, &'static [u8]>, AccessGuard<'t, &'static [u8]>);

/// The next of some entries, which `next` reads.
pub(super) fn read_entry<'t>(
    next: impl FnOnce() -> Option<Result<Entry<'t>, StorageError>>,
    errors: &Errors,
) -> Result<Option<Entry<'t>>, DatabaseError> {
    errors.guard(next)?.transpose().map_err(errors.of("read"))
}

/// Hands the entries from `start` on and before `end`, in order, to `f` until it answers `false`.
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
    let mut entries = errors.guard(|| table.range(start..end))?.map_err(errors.of("read"))?;
    while let Some((key, value)) = read_entry(|| entries.next(), errors)? {
        let (key, value) = errors.guard(|| (key.value(), value.value()))?;
        if !f(key, value) {
            break;
        }
    }
    Ok(())
}

/// Hands the last entry from `start` on and before `end`, if there is one, to `f`.
pub(super) fn last(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    start: &[u8],
    end: &[u8],
    f: &mut dyn FnMut(&[u8], &[u8]),
    errors: &Errors,
) -> Result<(), DatabaseError> {
    if start >= end {
        return Ok(());
    }
    let mut entries = errors.guard(|| table.range(start..end))?.map_err(errors.of("read"))?;
    if let Some((key, value)) = read_entry(|| entries.next_back(), errors)? {
        let (key, value) = errors.guard(|| (key.value(), value.value()))?;
        f(key, value);
    }
    Ok(())
}
