//! Keys: addresses of the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Key, KeyBytes, take};
use crate::error::KeyError;

impl Key for Ipv4Addr {
    fn encode_key(&self, out: &mut KeyBytes) {
        out.extend(&self.octets());
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        Ok(take::<4>(input, "Ipv4Addr")?.into())
    }
}

impl Key for Ipv6Addr {
    fn encode_key(&self, out: &mut KeyBytes) {
        out.extend(&self.octets());
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        Ok(take::<16>(input, "Ipv6Addr")?.into())
    }
}

impl Key for IpAddr {
    fn encode_key(&self, out: &mut KeyBytes) {
        match self {
            Self::V4(address) => {
                out.push(0);
                address.encode_key(out);
            }
            Self::V6(address) => {
                out.push(1);
                address.encode_key(out);
            }
        }
    }

    fn decode_key(input: &mut &[u8]) -> Result<Self, KeyError> {
        match take::<1>(input, "IpAddr")? {
            [0] => Ok(Self::V4(Key::decode_key(input)?)),
            [1] => Ok(Self::V6(Key::decode_key(input)?)),
            _ => Err(KeyError::Invalid { type_name: "IpAddr" }),
        }
    }
}
