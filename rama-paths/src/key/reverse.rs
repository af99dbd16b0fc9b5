//! Keys: in reverse order, for what is newest or greatest first.

use std::cmp::Reverse;

use super::{Key, KeyBytes};
use crate::error::KeyError;

impl<K: Key> Key for Reverse<K> {
    fn encode_key(&self, out: &mut KeyBytes) {
        let start = out.len();
        self.0.encode_key(out);
        out.flip_from(start);
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        // Only the key itself knows where it ends.
        let flipped: Vec<u8> = input.iter().map(|byte| !byte).collect();
        let mut rest = &flipped[..];
        let key = K::decode_key(&mut rest)?;
        *input = &input[flipped.len() - rest.len()..];
        Ok(Self(key))
    }
}
