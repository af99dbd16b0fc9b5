//! Keys: strings and bytes, escaped and terminated.

use super::{Key, KeyBytes};
use crate::error::KeyError;

/// Appends `bytes` with every `00` as `00 FF`, then `00 00`.
pub(super) fn encode(bytes: &[u8], out: &mut KeyBytes) {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == 0) {
        out.extend(&rest[..=at]);
        out.push(0xff);
        rest = &rest[at + 1..];
    }
    out.extend(rest);
    out.extend(&[0, 0]);
}

fn decode(input: &mut &[u8], type_name: &'static str) -> Result<Vec<u8>, KeyError> {
    let mut bytes = Vec::new();
    loop {
        let at =
            input.iter().position(|byte| *byte == 0).ok_or(KeyError::Truncated { type_name })?;
        bytes.extend_from_slice(&input[..at]);
        let escape = input.get(at + 1).copied();
        *input = input.get(at + 2..).unwrap_or_default();
        match escape {
            Some(0) => return Ok(bytes),
            Some(0xff) => bytes.push(0),
            Some(_) => return Err(KeyError::Invalid { type_name }),
            None => return Err(KeyError::Truncated { type_name }),
        }
    }
}

impl Key for String {
    fn encode_key(&self, out: &mut KeyBytes) {
        encode(self.as_bytes(), out);
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        String::from_utf8(decode(input, "String")?)
            .map_err(|_| KeyError::Invalid { type_name: "String" })
    }
}

impl Key for Box<str> {
    fn encode_key(&self, out: &mut KeyBytes) {
        encode(self.as_bytes(), out);
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        String::decode_key(input).map(String::into_boxed_str)
    }
}

impl Key for Vec<u8> {
    fn encode_key(&self, out: &mut KeyBytes) {
        encode(self, out);
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        decode(input, "Vec<u8>")
    }
}
