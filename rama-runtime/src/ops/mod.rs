//! The operations of the language's library: ordinary functions, that a topology calls as `%name(…)`
//! and Rust code by name.
//!
//! Those that emit any number of times return an iterator; the others return what they emit.
//!
//! | file | operations |
//! |---|---|
//! | explode | [`explode`], [`explode_indexed`], [`explode_map`] |
//! | range | [`range`], [`range_by`] |
//! | lookup | [`get`], [`contains`], [`size`], [`first`], [`last`] |
//! | number | [`inc`], [`dec`], [`is_even`], [`is_odd`], [`min`], [`max`], [`sum`] |
//! | value | [`identity`], [`to_string`], [`println`](fn@println) |
//!
//! What Rust has by itself is written in Rust:
//!
//! | in Rama | here |
//! |---|---|
//! | `PLUS`, `MINUS`, `TIMES`, `DIV`, `MOD` and their `*_LONG` forms | `*a + *b`, `*a - *b`, `*a * *b`, `*a / *b`, `*a % *b` |
//! | `LESS_THAN`, `EQUAL` and the like | `*a < *b`, `*a == *b` |
//! | `AND`, `OR`, `NOT` | `*a && *b`, `*a \|\| *b`, `!*a` |
//! | `TUPLE`, `EXPAND` | `(*a, *b) :> *pair`, and a pattern: `*pair :> (*a, *b)` |
//! | `IS_NULL`, `IS_NOT_NULL` | `*a.is_none()`, `*a.is_some()` |
//! | `IS_INSTANCE_OF` | `matches!(*a, Event::Mute { .. })`, or `<<subsource` |

mod explode;
mod lookup;
mod number;
mod range;
mod value;

pub use explode::{explode, explode_indexed, explode_map};
pub use lookup::{Contains, Get, Size, contains, first, get, last, size};
pub use number::{Integer, dec, inc, is_even, is_odd, max, min, sum};
pub use range::{RangeBy, range, range_by};
pub use value::{identity, println, to_string};
