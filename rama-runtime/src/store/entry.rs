//! The entries of the write-ahead log.
//!
//! An entry is a postcard-encoded header followed by its payload up to the entry's end. Objects are
//! named by their catalogue ids, see the manifest.
//!
//! | entry | payload |
//! |---|---|
//! | `Append` | the record, in postcard |
//! | `AppendAll` | the records: of each its length `u32` (little endian), then itself in postcard |
//! | `Plan` | `Vec<Vec<(u64, u64)>>` in postcard: offsets from and to, by source and partition |
//! | `Prepare` | one section per PState: id `u32`, length `u32` (little endian), delta |
//! | `Commit` | nothing |

use serde::{Deserialize, Serialize};

use super::RecoveryError;

/// The header of an entry. The order of the variants is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// A record was appended to a depot.
    Append {
        depot: u32,
        partition: u32,
        offset: u64,
        /// Milliseconds since 1970; never goes back within a partition.
        append_millis: u64,
    },
    /// An attempt at a microbatch began; the first one fixes the microbatch's offsets.
    Plan { topology: u32, microbatch: u64, attempt: u32 },
    /// What an attempt wrote on one task.
    Prepare { topology: u32, microbatch: u64, attempt: u32, task: u32 },
    /// The attempt decided the microbatch.
    Commit { topology: u32, microbatch: u64, attempt: u32 },
    /// Records were appended to a depot, one behind the other, at the same time.
    AppendAll {
        depot: u32,
        partition: u32,
        /// Of the first one.
        offset: u64,
        append_millis: u64,
        count: u32,
    },
}

/// Records that an entry appended to a depot partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appended<'a> {
    pub(crate) depot: u32,
    pub(crate) partition: u32,
    /// Of the first one.
    pub(crate) offset: u64,
    pub(crate) append_millis: u64,
    pub(crate) records: Records<'a>,
}

/// The records of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Records<'a> {
    One(&'a [u8]),
    /// How many, and each behind its length.
    Many(u32, &'a [u8]),
}

impl<'a> Appended<'a> {
    /// Behind the last one.
    pub(crate) fn end(&self) -> u64 {
        match self.records {
            Records::One(_) => self.offset + 1,
            Records::Many(count, _) => self.offset + u64::from(count),
        }
    }

    /// Hands every record and its offset to `f`.
    pub(crate) fn each<E: From<RecoveryError>>(
        &self,
        mut f: impl FnMut(u64, &'a [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = match self.records {
            Records::One(record) => return f(self.offset, record),
            Records::Many(_, records) => records,
        };
        for offset in self.offset..self.end() {
            let (record, behind) = first_record(rest).ok_or(RecoveryError::Records)?;
            f(offset, record)?;
            rest = behind;
        }
        if rest.is_empty() { Ok(()) } else { Err(RecoveryError::Records.into()) }
    }
}

/// The first of records behind their lengths, and the others.
fn first_record(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = records.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// Most bytes of an entry's header.
pub(crate) const MAX_HEADER: usize = 40;
/// Bytes before each record of an `AppendAll`.
pub(crate) const LENGTH: usize = 4;

/// Appends a record behind its length, as `AppendAll` has them.
pub(crate) fn push_record(
    record: &impl Serialize,
    mut records: Vec<u8>,
) -> Result<Vec<u8>, postcard::Error> {
    let at = records.len();
    records.extend_from_slice(&[0; LENGTH]);
    let mut records = postcard::to_extend(record, records)?;
    let length =
        u32::try_from(records.len() - at - 4).map_err(|_| postcard::Error::SerializeBufferFull)?;
    records[at..at + LENGTH].copy_from_slice(&length.to_le_bytes());
    Ok(records)
}

impl Entry {
    /// Appends the header and `payload`.
    pub(crate) fn encode(&self, payload: &[u8], buffer: &mut Vec<u8>) {
        self.write(self, buffer);
        buffer.extend_from_slice(payload);
    }

    /// Appends a `Plan` and its offsets.
    pub(crate) fn encode_plan(&self, ranges: &Vec<Vec<(u64, u64)>>, buffer: &mut Vec<u8>) {
        self.write(self, buffer);
        self.write(ranges, buffer);
    }

    fn write(&self, value: &impl Serialize, buffer: &mut Vec<u8>) {
        // Only a value's own serialization or the writer could fail, and neither does here.
        postcard::to_io(value, buffer).expect("integers are written to memory");
    }

    /// The header and the payload of an entry.
    pub(crate) fn decode(bytes: &[u8]) -> Result<(Entry, &[u8]), RecoveryError> {
        postcard::take_from_bytes(bytes).map_err(|source| RecoveryError::Entry { source })
    }

    /// What an entry with this payload appended to a depot, if it did.
    pub(crate) fn appended<'a>(&self, payload: &'a [u8]) -> Option<Appended<'a>> {
        let (depot, partition, offset, append_millis, records) = match *self {
            Entry::Append { depot, partition, offset, append_millis } => {
                (depot, partition, offset, append_millis, Records::One(payload))
            }
            Entry::AppendAll { depot, partition, offset, append_millis, count } => {
                (depot, partition, offset, append_millis, Records::Many(count, payload))
            }
            Entry::Plan { .. } | Entry::Prepare { .. } | Entry::Commit { .. } => return None,
        };
        Some(Appended { depot, partition, offset, append_millis, records })
    }

    /// The offsets in the payload of a `Plan`.
    pub(crate) fn decode_plan(payload: &[u8]) -> Result<Vec<Vec<(u64, u64)>>, RecoveryError> {
        postcard::from_bytes(payload).map_err(|source| RecoveryError::Entry { source })
    }

    /// Appends one section to the payload of a `Prepare`.
    pub(crate) fn encode_delta<E>(
        pstate: u32,
        payload: &mut Vec<u8>,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        payload.extend_from_slice(&pstate.to_le_bytes());
        let at = payload.len();
        payload.extend_from_slice(&[0; 4]);
        write(payload)?;
        let length = (payload.len() - at - 4) as u32;
        payload[at..at + 4].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// The first section of the payload of a `Prepare`: the PState's id, its delta, and the rest.
    pub(crate) fn decode_delta(payload: &[u8]) -> Result<(u32, &[u8], &[u8]), RecoveryError> {
        let (head, rest) = payload.split_at_checked(8).ok_or(RecoveryError::Delta)?;
        let (id, length) = head.split_at(4);
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, b| (n << 8) | u32::from(*b));
        let (delta, rest) =
            rest.split_at_checked(number(length) as usize).ok_or(RecoveryError::Delta)?;
        Ok((number(id), delta, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_is_larger_than_said() {
        let (id, number) = (u32::MAX, u64::MAX);
        for entry in [
            Entry::Append { depot: id, partition: id, offset: number, append_millis: number },
            Entry::AppendAll {
                depot: id,
                partition: id,
                offset: number,
                append_millis: number,
                count: id,
            },
        ] {
            let mut bytes = Vec::new();
            entry.encode(&[], &mut bytes);
            assert!(bytes.len() <= MAX_HEADER, "{entry:?}: {}", bytes.len());
        }
    }

    #[test]
    fn entries_round_trip() {
        let entry = Entry::Append { depot: 3, partition: 7, offset: u64::MAX, append_millis: 5 };
        let mut bytes = Vec::new();
        entry.encode(b"record", &mut bytes);
        assert_eq!(Entry::decode(&bytes).expect("decodes"), (entry, &b"record"[..]));

        let entry =
            Entry::AppendAll { depot: 3, partition: 7, offset: 9, append_millis: 5, count: 3 };
        let texts = ["", "one", "another"];
        let records = texts.iter().try_fold(Vec::new(), |records, text| push_record(text, records));
        let records = records.expect("strings serialize");
        let mut bytes = Vec::new();
        entry.encode(&records, &mut bytes);
        let (decoded, payload) = Entry::decode(&bytes).expect("decodes");
        let appended = decoded.appended(payload).expect("records");
        assert_eq!((decoded, appended.end()), (entry.clone(), 12));
        let mut found = Vec::new();
        let each = |appended: Appended<'_>, found: &mut Vec<_>| {
            appended.each(|offset, record| {
                let text: String = postcard::from_bytes(record).expect("a string");
                found.push((offset, text));
                Ok::<(), RecoveryError>(())
            })
        };
        each(appended, &mut found).expect("all records");
        assert_eq!(found, [(9, "".into()), (10, "one".into()), (11, "another".into())]);
        for cut in [&records[..records.len() - 1], &[&records[..], b"x"].concat()] {
            let appended = entry.appended(cut).expect("records");
            assert!(matches!(each(appended, &mut found), Err(RecoveryError::Records)));
        }

        let mut payload = Vec::new();
        for (id, delta) in [(9, &b"abc"[..]), (1, b"")] {
            Entry::encode_delta(id, &mut payload, |out| {
                out.extend_from_slice(delta);
                Ok::<(), ()>(())
            })
            .expect("writing to memory");
        }
        let (id, delta, rest) = Entry::decode_delta(&payload).expect("first section");
        assert_eq!((id, delta), (9, &b"abc"[..]));
        let (id, delta, rest) = Entry::decode_delta(rest).expect("second section");
        assert_eq!((id, delta, rest.len()), (1, &b""[..], 0));
        assert!(Entry::decode_delta(&payload[..9]).is_err());
    }
}
