//! Records: the types without parts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZero;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::{Record, ShapeBuilder};

macro_rules! simple {
    ($($t:ty = $name:literal),* $(,)?) => {$(
        impl Record for $t {
            fn shape(shape: &mut ShapeBuilder) {
                shape.text($name);
            }
        }
    )*};
}

impl Record for String {
    fn shape(shape: &mut ShapeBuilder) {
        shape.text("String");
    }

    #[inline]
    fn take_out(&mut self) -> Self {
        std::mem::take(self)
    }
}

simple!(
    u8 = "u8", u16 = "u16", u32 = "u32", u64 = "u64", u128 = "u128", usize = "usize",
    i8 = "i8", i16 = "i16", i32 = "i32", i64 = "i64", i128 = "i128", isize = "isize",
    f32 = "f32", f64 = "f64", bool = "bool", char = "char", () = "()",
    Box<str> = "String",
    NonZero<u8> = "NonZero<u8>", NonZero<u16> = "NonZero<u16>", NonZero<u32> = "NonZero<u32>",
    NonZero<u64> = "NonZero<u64>", NonZero<u128> = "NonZero<u128>", NonZero<usize> = "NonZero<usize>",
    NonZero<i8> = "NonZero<i8>", NonZero<i16> = "NonZero<i16>", NonZero<i32> = "NonZero<i32>",
    NonZero<i64> = "NonZero<i64>", NonZero<i128> = "NonZero<i128>", NonZero<isize> = "NonZero<isize>",
    Ipv4Addr = "Ipv4Addr", Ipv6Addr = "Ipv6Addr", IpAddr = "IpAddr",
    Duration = "Duration", SystemTime = "SystemTime", Uuid = "Uuid",
);
