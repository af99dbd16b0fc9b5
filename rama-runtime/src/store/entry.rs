//! The entries of the write-ahead log.
//!
//! An entry is a postcard-encoded header followed by its payload up to the entry's end. Objects are
//! named by their catalogue ids, see the manifest.
//!
//! | entry | payload |
//! |---|---|
//! | `Append` | the record, in postcard |
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
    fn entries_round_trip() {
        let entry = Entry::Append { depot: 3, partition: 7, offset: u64::MAX, append_millis: 5 };
        let mut bytes = Vec::new();
        entry.encode(b"record", &mut bytes);
        assert_eq!(Entry::decode(&bytes).expect("decodes"), (entry, &b"record"[..]));

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
