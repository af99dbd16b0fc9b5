//! Data from values that are always data, and data as text for messages.

use std::fmt;

use super::Datum;

macro_rules! from_integers {
    ($($t:ty),*) => {$(
        impl From<$t> for Datum {
            fn from(value: $t) -> Datum {
                Datum::Int(value.into())
            }
        }
    )*};
}

from_integers!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

impl From<u128> for Datum {
    fn from(value: u128) -> Datum {
        i128::try_from(value).map_or(Datum::UInt(value), Datum::Int)
    }
}

impl From<usize> for Datum {
    fn from(value: usize) -> Datum {
        Datum::from(value as u128)
    }
}

impl From<bool> for Datum {
    fn from(value: bool) -> Datum {
        Datum::Bool(value)
    }
}

impl From<f64> for Datum {
    fn from(value: f64) -> Datum {
        Datum::Float(value)
    }
}

impl From<f32> for Datum {
    fn from(value: f32) -> Datum {
        Datum::Float(value.into())
    }
}

impl From<char> for Datum {
    fn from(value: char) -> Datum {
        Datum::Text(value.into())
    }
}

impl From<&str> for Datum {
    fn from(value: &str) -> Datum {
        Datum::Text(value.to_owned())
    }
}

impl From<String> for Datum {
    fn from(value: String) -> Datum {
        Datum::Text(value)
    }
}

impl<T: Into<Datum>> From<Vec<T>> for Datum {
    fn from(values: Vec<T>) -> Datum {
        Datum::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Datum>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Datum {
        value.map_or(Datum::Null, Into::into)
    }
}

impl From<()> for Datum {
    fn from((): ()) -> Datum {
        Datum::Null
    }
}

impl<A: Into<Datum>, B: Into<Datum>> From<(A, B)> for Datum {
    fn from((a, b): (A, B)) -> Datum {
        Datum::List(vec![a.into(), b.into()])
    }
}

impl<A: Into<Datum>, B: Into<Datum>, C: Into<Datum>> From<(A, B, C)> for Datum {
    fn from((a, b, c): (A, B, C)) -> Datum {
        Datum::List(vec![a.into(), b.into(), c.into()])
    }
}

/// In the manner of JSON.
impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Datum::Null => f.write_str("null"),
            Datum::Bool(value) => value.fmt(f),
            Datum::Int(value) => value.fmt(f),
            Datum::UInt(value) => value.fmt(f),
            Datum::Float(value) => write!(f, "{value:?}"),
            Datum::Text(value) => write!(f, "{value:?}"),
            Datum::Bytes(value) => write!(f, "{value:?}"),
            Datum::List(values) => {
                f.write_str("[")?;
                for (at, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Datum::Map(entries) => {
                f.write_str("{")?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}
