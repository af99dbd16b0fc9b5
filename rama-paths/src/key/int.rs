//! Keys: integers, `bool` and `char`.

use std::num::NonZero;

use super::{Key, KeyBytes, take};
use crate::error::KeyError;

macro_rules! unsigned {
    ($($t:ty),*) => {$(
        impl Key for $t {
            #[inline]
            fn encode_key(&self, out: &mut KeyBytes) {
                out.extend(&self.to_be_bytes());
            }
            #[inline]
            fn word(&self) -> Option<u64> {
                // Lossless, as it has eight bytes.
                const { size_of::<Self>() == 8 }.then_some(*self as u64)
            }
            #[inline]
            fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
                Ok(<$t>::from_be_bytes(take(input, stringify!($t))?))
            }
        }
    )*};
}

macro_rules! signed {
    ($($t:ty),*) => {$(
        impl Key for $t {
            #[inline]
            fn encode_key(&self, out: &mut KeyBytes) {
                out.extend(&(self ^ <$t>::MIN).to_be_bytes());
            }
            #[inline]
            fn word(&self) -> Option<u64> {
                // Lossless, as it has eight bytes.
                const { size_of::<Self>() == 8 }.then_some((self ^ <$t>::MIN) as u64)
            }
            #[inline]
            fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
                Ok(<$t>::from_be_bytes(take(input, stringify!($t))?) ^ <$t>::MIN)
            }
        }
    )*};
}

macro_rules! word {
    ($($t:ty as $wide:ty),*) => {$(
        impl Key for $t {
            #[inline]
            fn encode_key(&self, out: &mut KeyBytes) {
                (*self as $wide).encode_key(out);
            }
            #[inline]
            fn word(&self) -> Option<u64> {
                (*self as $wide).word()
            }
            #[inline]
            fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
                <$t>::try_from(<$wide>::decode_key(input)?)
                    .map_err(|_| KeyError::Invalid { type_name: stringify!($t) })
            }
        }
    )*};
}

macro_rules! non_zero {
    ($($t:ty),*) => {$(
        impl Key for NonZero<$t> {
            #[inline]
            fn encode_key(&self, out: &mut KeyBytes) {
                self.get().encode_key(out);
            }
            #[inline]
            fn word(&self) -> Option<u64> {
                self.get().word()
            }
            #[inline]
            fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
                Self::new(<$t>::decode_key(input)?)
                    .ok_or(KeyError::Invalid { type_name: concat!("NonZero<", stringify!($t), ">") })
            }
        }
    )*};
}

unsigned!(u8, u16, u32, u64, u128);
signed!(i8, i16, i32, i64, i128);
word!(usize as u64, isize as i64);
non_zero!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

impl Key for bool {
    fn encode_key(&self, out: &mut KeyBytes) {
        out.push(u8::from(*self));
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        match take::<1>(input, "bool")? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(KeyError::Invalid { type_name: "bool" }),
        }
    }
}

impl Key for char {
    fn encode_key(&self, out: &mut KeyBytes) {
        u32::from(*self).encode_key(out);
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        char::from_u32(u32::decode_key(input)?).ok_or(KeyError::Invalid { type_name: "char" })
    }
}
