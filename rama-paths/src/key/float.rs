//! Keys: floats in total order (`-NaN < -inf < … < -0.0 < 0.0 < … < inf < NaN`).

use super::{Key, KeyBytes};
use crate::error::KeyError;

macro_rules! float {
    ($($t:ty as $bits:ty),*) => {$(
        impl Key for $t {
            #[inline]
            fn encode_key(&self, out: &mut KeyBytes) {
                const SIGN: $bits = 1 << (<$bits>::BITS - 1);
                let bits = self.to_bits();
                let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
                ordered.encode_key(out);
            }
            #[inline]
            fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
                const SIGN: $bits = 1 << (<$bits>::BITS - 1);
                let ordered = <$bits>::decode_key(input)?;
                let bits = if ordered & SIGN == 0 { !ordered } else { ordered ^ SIGN };
                Ok(<$t>::from_bits(bits))
            }
        }
    )*};
}

float!(f32 as u32, f64 as u64);
