//! Keys: values encoded so that the order of the bytes is the order of the values.
//!
//! # The encoding, version 1
//!
//! Every encoding is self-delimiting, so that those of a tuple's parts stand one behind the other.
//!
//! | type | bytes |
//! |---|---|
//! | `u8` … `u128`, `usize` (as `u64`) | big endian |
//! | `i8` … `i128`, `isize` (as `i64`) | big endian, sign bit flipped |
//! | `bool` | `00` or `01` |
//! | `char` | as `u32` |
//! | `f32`, `f64` | bits in total order: sign bit flipped if positive, all bits if negative |
//! | `NonZero<T>` | as `T` |
//! | `String`, `Box<str>`, `Vec<u8>` | the bytes, each `00` as `00 FF`, then `00 00` |
//! | `Option<K>` | `00` for `None`, `01` and the key for `Some` |
//! | `()` | nothing |
//! | `Reverse<K>` | the key, every bit flipped |
//! | `Uuid` | its 16 bytes |
//! | `Duration` | the seconds as `u64`, the nanoseconds as `u32` |
//! | `SystemTime` | since 1970: the seconds, rounded down, as `i64`, the nanoseconds as `u32` |
//! | `Ipv4Addr`, `Ipv6Addr` | its 4 or 16 bytes |
//! | `IpAddr` | `00` and an `Ipv4Addr`, or `01` and an `Ipv6Addr` |
//! | tuples up to 12, arrays up to 32 | the parts one behind the other |
//! | a struct with `#[derive(Key)]` | its fields one behind the other |
//! | an enum with `#[derive(Key)]` | the index of the variant as `u8`, and its fields |
//!
//! No encoding is the front of another one of the same type; so flipping the bits reverses the
//! order. The attributes of serde in a type with `#[derive(Key)]` mean nothing to its encoding.
//!
//! The encoding is kept in data directories: it may only change together with
//! [`KEY_ENCODING_VERSION`].

mod arg;
mod bytes;
mod compound;
mod float;
mod hash;
mod int;
mod net;
mod reverse;
mod text;
mod time;
mod uuid;

#[cfg(test)]
mod tests;

pub use arg::KeyArg;
pub use bytes::KeyBytes;
pub use hash::{KeyHash, ROUTING_VERSION, key_hash};

use crate::error::KeyError;
use crate::record::Record;

/// The version of the key encoding that this crate writes and reads.
pub const KEY_ENCODING_VERSION: u8 = 1;

/// A value that can be the key of a map: it has an encoding whose byte order is value order.
///
/// ```
/// use rama_paths::{Key, KeyBytes};
///
/// let bytes = |key: (i64, &str)| {
///     let mut out = KeyBytes::new();
///     (key.0, key.1.to_owned()).encode_key(&mut out);
///     out
/// };
/// assert!(bytes((-1, "b")) < bytes((0, "a")));
/// assert!(bytes((0, "a")) < bytes((0, "ab")));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not a key",
    note = "keys are integers, `bool`, `char`, floats, `String`, `Vec<u8>`, `Uuid`, times, addresses, `()`, `Option`, `Reverse`, tuples and arrays of these, and types with `#[derive(rama::Key)]`"
)]
pub trait Key: Record {
    /// Appends the encoding to `out`.
    fn encode_key(&self, out: &mut KeyBytes);

    /// Takes one key from the front of `input` and leaves the rest.
    ///
    /// # Errors
    ///
    /// When the bytes end too early or hold no value of this type; `input` is then unspecified.
    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError>;

    /// The encoding as a big-endian number, where it is told to have eight bytes without being made.
    #[doc(hidden)]
    #[inline]
    fn word(&self) -> Option<u64> {
        None
    }

    /// Decodes a key that must fill `bytes` entirely.
    ///
    /// # Errors
    ///
    /// When the bytes are not exactly one key of this type.
    fn from_key_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let mut rest = bytes;
        let key = Self::decode_key(&mut rest)?;
        if rest.is_empty() { Ok(key) } else { Err(KeyError::Trailing { count: rest.len() }) }
    }
}

/// Takes `N` bytes from the front of `input`.
fn take<const N: usize>(input: &mut &[u8], type_name: &'static str) -> Result<[u8; N], KeyError> {
    let (head, tail) = input.split_first_chunk::<N>().ok_or(KeyError::Truncated { type_name })?;
    *input = tail;
    Ok(*head)
}
