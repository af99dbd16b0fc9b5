//! What a navigator accepts where a map's key is looked up.

use super::{Key, KeyBytes, text};

/// An argument that names a key of type `K`: `K`, `&K`, and `&str` for `String`, `&[u8]` for `Vec<u8>`.
///
/// In a tuple of up to four, too, a `&str` stands for a `String`.
///
/// ```
/// use rama_paths::{PMap, PStatePath, Root};
///
/// let path = || PStatePath::<(), Root<PMap<String, i64>>>::new();
/// let owned = String::from("alice");
/// let _ = path().key("alice");
/// let _ = path().key(&owned);
/// let _ = path().key(owned);
///
/// let path = || PStatePath::<(), Root<PMap<(i64, String), i64>>>::new();
/// let _ = path().key((7, "alice"));
/// let _ = path().key((7, String::from("alice")));
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

/// Tuples in which some of the `String`s are given as `&str`. One impl for all tuples of arguments
/// would overlap with the one for keys, and leave the types of literals unknown.
macro_rules! borrowed {
    // The parts one by one: a `str` is given as `&str`, a `key` as itself.
    ($($p:ident $at:tt $is:tt),+) => {
        borrowed!(@impl [$($p $at $is)+] [] [] [] []);
    };
    (@impl [$p:ident $at:tt str $($rest:tt)*] [$($g:ident)*] [$($from:tt)*] [$($to:tt)*] [$($step:tt)*]) => {
        borrowed!(@impl [$($rest)*] [$($g)*] [$($from)* &str,] [$($to)* String,] [$($step)* (str $at)]);
    };
    (@impl [$p:ident $at:tt key $($rest:tt)*] [$($g:ident)*] [$($from:tt)*] [$($to:tt)*] [$($step:tt)*]) => {
        borrowed!(@impl [$($rest)*] [$($g)* $p] [$($from)* $p,] [$($to)* $p,] [$($step)* (key $at)]);
    };
    (@impl [] [$($g:ident)*] [$($from:tt)*] [$($to:tt)*] [$(($is:ident $at:tt))*]) => {
        #[diagnostic::do_not_recommend]
        impl<$($g: Key),*> KeyArg<($($to)*)> for ($($from)*) {
            #[inline]
            fn encode(&self, out: &mut KeyBytes) {
                $(borrowed!(@encode $is self.$at, out);)*
            }

            fn to_key(&self) -> ($($to)*) {
                ($(borrowed!(@key $is self.$at),)*)
            }
        }
    };
    (@encode str $part:expr, $out:ident) => { text::encode($part.as_bytes(), $out) };
    (@encode key $part:expr, $out:ident) => { $part.encode_key($out) };
    (@key str $part:expr) => { $part.to_owned() };
    (@key key $part:expr) => { $part.clone() };
}

borrowed!(A 0 str, B 1 str);
borrowed!(A 0 str, B 1 key);
borrowed!(A 0 key, B 1 str);
borrowed!(A 0 str, B 1 str, C 2 str);
borrowed!(A 0 str, B 1 str, C 2 key);
borrowed!(A 0 str, B 1 key, C 2 str);
borrowed!(A 0 str, B 1 key, C 2 key);
borrowed!(A 0 key, B 1 str, C 2 str);
borrowed!(A 0 key, B 1 str, C 2 key);
borrowed!(A 0 key, B 1 key, C 2 str);
borrowed!(A 0 str, B 1 str, C 2 str, D 3 str);
borrowed!(A 0 str, B 1 str, C 2 str, D 3 key);
borrowed!(A 0 str, B 1 str, C 2 key, D 3 str);
borrowed!(A 0 str, B 1 str, C 2 key, D 3 key);
borrowed!(A 0 str, B 1 key, C 2 str, D 3 str);
borrowed!(A 0 str, B 1 key, C 2 str, D 3 key);
borrowed!(A 0 str, B 1 key, C 2 key, D 3 str);
borrowed!(A 0 str, B 1 key, C 2 key, D 3 key);
borrowed!(A 0 key, B 1 str, C 2 str, D 3 str);
borrowed!(A 0 key, B 1 str, C 2 str, D 3 key);
borrowed!(A 0 key, B 1 str, C 2 key, D 3 str);
borrowed!(A 0 key, B 1 str, C 2 key, D 3 key);
borrowed!(A 0 key, B 1 key, C 2 str, D 3 str);
borrowed!(A 0 key, B 1 key, C 2 str, D 3 key);
borrowed!(A 0 key, B 1 key, C 2 key, D 3 str);
