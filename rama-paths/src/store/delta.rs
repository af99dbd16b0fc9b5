//! Deltas: a write set written down.
//!
//! # The format, version 1
//!
//! ```text
//! delta   = version: u8, counter: varint, op*          the structure counter behind this delta
//! op      = 01 node: u32 le, structure: varint, key, len: u32 le, slot     put
//!         | 02 node: u32 le, structure: varint, key                        remove
//!         | 03 node: u32 le, structure: varint                             drop structure
//! key     = len: varint, bytes                         see the encoding of keys
//! slot    = postcard: the value of a leaf, or id and size of a nested structure
//! varint  = LEB128
//! ```
//!
//! Operations on different rows, so their order does not matter.

use postcard::ser_flavors::Flavor;

use super::writes::WriteRows;
use crate::error::StoreError;
use crate::key::KeyBytes;
use crate::schema::Slot;

/// The version of the delta format that this crate writes and reads.
pub const DELTA_VERSION: u8 = 1;

const PUT: u8 = 1;
const REMOVE: u8 = 2;
const DROP: u8 = 3;

/// Appends the head of a delta.
pub(super) fn encode_head(counter: u64, out: &mut Vec<u8>) {
    out.push(DELTA_VERSION);
    varint(counter, out);
}

/// Appends the operations of one node.
pub(super) fn encode_rows<T: Slot>(
    rows: &WriteRows<T>,
    node: u32,
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let head = |op: u8, structure: u64, out: &mut Vec<u8>| {
        out.push(op);
        out.extend_from_slice(&node.to_le_bytes());
        varint(structure, out);
    };
    rows.each(
        |out, structure| {
            head(DROP, structure, out);
            Ok(())
        },
        |out, structure, key, slot| {
            head(if slot.is_some() { PUT } else { REMOVE }, structure, out);
            varint(key.len() as u64, out);
            out.extend_from_slice(key);
            let Some(slot) = slot else { return Ok(()) };
            let at = out.len();
            out.extend_from_slice(&[0; 4]);
            postcard::serialize_with_flavor(slot, Append(out)).map_err(StoreError::Encode)?;
            let len = u32::try_from(out.len() - at - 4)
                .map_err(|_| StoreError::Encode(postcard::Error::SerializeBufferFull))?;
            out[at..at + 4].copy_from_slice(&len.to_le_bytes());
            Ok(())
        },
        out,
    )
}

/// Where postcard writes to: the end of a vector.
struct Append<'a>(&'a mut Vec<u8>);

impl Flavor for Append<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// Puts one operation into a write set.
pub(super) fn decode_row<T: Slot>(rows: &mut WriteRows<T>, op: &Op<'_>) -> Result<(), StoreError> {
    match op.change {
        OpChange::Drop => {
            rows.drop_structure(op.structure, true);
        }
        OpChange::Remove { key } => {
            rows.set(op.structure, KeyBytes::from(key), None);
        }
        OpChange::Put { key, slot } => {
            let (slot, rest) = postcard::take_from_bytes(slot).map_err(StoreError::Decode)?;
            if !rest.is_empty() {
                return Err(StoreError::Decode(postcard::Error::DeserializeBadEncoding));
            }
            rows.set(op.structure, KeyBytes::from(key), Some(slot));
        }
    }
    Ok(())
}

/// One operation of a delta.
#[derive(Debug, Clone, Copy)]
pub struct Op<'a> {
    /// The node.
    pub node: u32,
    /// The structure.
    pub structure: u64,
    /// What happens to it.
    pub change: OpChange<'a>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy)]
pub enum OpChange<'a> {
    /// A row gets a slot.
    Put {
        /// The encoded key.
        key: &'a [u8],
        /// The encoded slot.
        slot: &'a [u8],
    },
    /// A row goes.
    Remove {
        /// The encoded key.
        key: &'a [u8],
    },
    /// All rows of the structure go.
    Drop,
}

/// Reads the operations of a delta.
#[derive(Debug)]
pub struct Reader<'a> {
    delta: &'a [u8],
    at: usize,
    /// The structure counter behind the delta.
    pub counter: u64,
}

impl<'a> Reader<'a> {
    /// Reads the head.
    ///
    /// # Errors
    ///
    /// When the version is another one or the head is malformed.
    pub fn new(delta: &'a [u8]) -> Result<Self, StoreError> {
        let mut reader = Self { delta, at: 0, counter: 0 };
        let [version] = *reader.array()?;
        if version != DELTA_VERSION {
            return Err(StoreError::Version { found: version, expected: DELTA_VERSION });
        }
        reader.counter = reader.varint()?;
        Ok(reader)
    }

    /// The next operation; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the delta is malformed.
    pub fn next_op(&mut self) -> Result<Option<Op<'a>>, StoreError> {
        if self.at == self.delta.len() {
            return Ok(None);
        }
        let [op] = *self.array()?;
        let node = u32::from_le_bytes(*self.array()?);
        let structure = self.varint()?;
        let change = match op {
            PUT => {
                let key = self.key()?;
                let len = u32::from_le_bytes(*self.array()?);
                let slot = self.bytes(u64::from(len))?;
                OpChange::Put { key, slot }
            }
            REMOVE => OpChange::Remove { key: self.key()? },
            DROP => OpChange::Drop,
            _ => return Err(self.malformed("an unknown operation")),
        };
        Ok(Some(Op { node, structure, change }))
    }

    fn key(&mut self) -> Result<&'a [u8], StoreError> {
        let len = self.varint()?;
        self.bytes(len)
    }

    fn malformed(&self, what: &'static str) -> StoreError {
        StoreError::Malformed { offset: self.at, what }
    }

    fn bytes(&mut self, len: u64) -> Result<&'a [u8], StoreError> {
        let end = usize::try_from(len)
            .ok()
            .and_then(|len| self.at.checked_add(len))
            .filter(|end| *end <= self.delta.len())
            .ok_or_else(|| self.malformed("the bytes end too early"))?;
        let bytes = &self.delta[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], StoreError> {
        let head = self.delta[self.at..]
            .first_chunk::<N>()
            .ok_or_else(|| self.malformed("the bytes end too early"))?;
        self.at += N;
        Ok(head)
    }

    fn varint(&mut self) -> Result<u64, StoreError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.array()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.malformed("a number is too long"))
    }
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
