//! What a navigator accepts where a map's key is looked up.

use super::{Key, KeyBytes, text};

/// An argument that names a key of type `K`: `K`, `&K`, and `&str` for `String`, `&[u8]` for `Vec<u8>`.
///
/// ```
/// use rama_paths::{PMap, PStatePath, Root};
///
/// let path = || PStatePath::<(), Root<PMap<String, i64>>>::new();
/// let owned = String::from("alice");
/// let _ = path().key("alice");
/// let _ = path().key(&owned);
/// let _ = path().key(owned);
/// ```
#[diagnostic::on_unimplemented(
    message = "the key of this map is `{K}`, not `{Self}`",
    label = "not a `{K}` nor a reference to one"
)]
pub trait KeyArg<K: Key> {
    /// Appends the encoding of the key to `out`.
    fn encode(&self, out: &mut KeyBytes);

    /// The key itself.
    fn to_key(&self) -> K;
}

impl<K: Key> KeyArg<K> for K {
    #[inline]
    fn encode(&self, out: &mut KeyBytes) {
        self.encode_key(out);
    }

    fn to_key(&self) -> K {
        self.clone()
    }
}

impl<K: Key> KeyArg<K> for &K {
    #[inline]
    fn encode(&self, out: &mut KeyBytes) {
        (*self).encode_key(out);
    }

    fn to_key(&self) -> K {
        (*self).clone()
    }
}

impl<K: Key> KeyArg<K> for &&K {
    #[inline]
    fn encode(&self, out: &mut KeyBytes) {
        (**self).encode_key(out);
    }

    fn to_key(&self) -> K {
        (**self).clone()
    }
}

impl KeyArg<String> for &str {
    #[inline]
    fn encode(&self, out: &mut KeyBytes) {
        text::encode(self.as_bytes(), out);
    }

    fn to_key(&self) -> String {
        (*self).to_owned()
    }
}

impl KeyArg<String> for &&str {
    #[inline]
    fn encode(&self, out: &mut KeyBytes) {
        text::encode(self.as_bytes(), out);
    }

    fn to_key(&self) -> String {
        (**self).to_owned()
    }
}

impl KeyArg<Vec<u8>> for &[u8] {
    #[inline]
    fn encode(&self, out: &mut KeyBytes) {
        text::encode(self, out);
    }

    fn to_key(&self) -> Vec<u8> {
        self.to_vec()
    }
}
