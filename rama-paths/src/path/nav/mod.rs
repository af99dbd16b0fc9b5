//! The navigators, one per file. Each is a method of [`PStatePath`](super::PStatePath).

mod all;
mod clear;
mod count;
mod field;
mod key;
mod map_keys;
mod map_vals;
mod must;
mod nil_to_val;
mod none;
mod one;
mod root;
mod sorted_map_range;
mod sorted_map_range_from;
mod sorted_map_range_from_start;
mod sorted_map_range_to;
mod sorted_map_range_to_end;
mod term;
mod termval;

pub use all::All;
pub use clear::Clear;
#[doc(hidden)]
pub use clear::ClearTop;
pub use count::Count;
pub use field::FieldNav;
pub use key::KeyNav;
pub use map_keys::MapKeys;
pub use map_vals::MapVals;
pub use must::Must;
pub use nil_to_val::NilToVal;
pub use none::RemoveNav;
pub use one::One;
pub use root::Root;
pub use sorted_map_range::SortedMapRange;
pub use term::Term;
pub use termval::Termval;
