//! Keys: spans of time and points in time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Key, KeyBytes};
use crate::error::KeyError;

const SECOND: u32 = 1_000_000_000;

impl Key for Duration {
    fn encode_key(&self, out: &mut KeyBytes) {
        self.as_secs().encode_key(out);
        self.subsec_nanos().encode_key(out);
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        let seconds = u64::decode_key(input)?;
        match u32::decode_key(input)? {
            nanos if nanos < SECOND => Ok(Self::new(seconds, nanos)),
            _ => Err(KeyError::Invalid { type_name: "Duration" }),
        }
    }
}

impl Key for SystemTime {
    fn encode_key(&self, out: &mut KeyBytes) {
        let (seconds, nanos) = match self.duration_since(UNIX_EPOCH) {
            Ok(after) => (i128::from(after.as_secs()), after.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                match (-i128::from(before.as_secs()), before.subsec_nanos()) {
                    (seconds, 0) => (seconds, 0),
                    (seconds, nanos) => (seconds - 1, SECOND - nanos),
                }
            }
        };
        // No system's clock goes further than 64 bits of seconds.
        let seconds =
            i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX });
        seconds.encode_key(out);
        nanos.encode_key(out);
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        let seconds = i64::decode_key(input)?;
        let nanos = u32::decode_key(input)?;
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let at =
            if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        at.filter(|_| nanos < SECOND)
            .and_then(|at| at.checked_add(Duration::from_nanos(nanos.into())))
            .ok_or(KeyError::Invalid { type_name: "SystemTime" })
    }
}
