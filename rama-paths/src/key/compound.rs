//! Keys: `()`, `Option`, tuples and arrays.

use super::{Key, KeyBytes, take};
use crate::error::KeyError;

impl Key for () {
    fn encode_key(&self, _out: &mut KeyBytes) {}

    fn decode_key(_input: &mut &[u8]) -> Result<Self, KeyError> {
        Ok(())
    }
}

impl<K: Key> Key for Option<K> {
    fn encode_key(&self, out: &mut KeyBytes) {
        match self {
            None => out.push(0),
            Some(key) => {
                out.push(1);
                key.encode_key(out);
            }
        }
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        match take::<1>(input, "Option")? {
            [0] => Ok(None),
            [1] => Ok(Some(K::decode_key(input)?)),
            _ => Err(KeyError::Invalid { type_name: "Option" }),
        }
    }
}

macro_rules! tuple {
    ($($k:ident $at:tt),+) => {
        impl<$($k: Key),+> Key for ($($k,)+) {
            fn encode_key(&self, out: &mut KeyBytes) {
                $(self.$at.encode_key(out);)+
            }
            fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
                Ok(($($k::decode_key(input)?,)+))
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, L 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, L 10, M 11);

macro_rules! array {
    ($($n:literal)*) => {$(
        impl<K: Key> Key for [K; $n] {
            fn encode_key(&self, out: &mut KeyBytes) {
                for key in self {
                    key.encode_key(out);
                }
            }
            fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
                let keys = std::iter::repeat_with(|| K::decode_key(input));
                let keys: Vec<K> = keys.take($n).collect::<Result<_, _>>()?;
                keys.try_into().map_err(|_| KeyError::Invalid { type_name: "array" })
            }
        }
    )*};
}

// As many as records may have.
array!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
