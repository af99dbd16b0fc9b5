//! Keys: UUIDs. Version 7 ones are in order of time.

use uuid::Uuid;

use super::{Key, KeyBytes, take};
use crate::error::KeyError;

impl Key for Uuid {
    fn encode_key(&self, out: &mut KeyBytes) {
        out.extend(self.as_bytes());
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        Ok(Uuid::from_bytes(take(input, "Uuid")?))
    }
}
