//! The navigators, one per file. Each is a method of [`PStatePath`](super::PStatePath).
//!
//! A navigator of collections has a trait for what it can stand at, which says by the type of the
//! place what it is there: rows of a stored structure, or parts of a value.

mod after_elem;
mod all;
mod before_elem;
mod before_index;
mod clear;
mod collect;
mod cond_path;
mod continuous_subseqs;
mod count;
mod custom;
mod field;
mod filter;
mod filter_selected;
mod filtered_list;
mod first;
mod if_path;
mod index;
mod indexed_vals;
mod is_collected;
mod key;
mod last;
mod lens;
mod map_key;
mod map_keys;
mod map_vals;
mod multi_path;
mod multi_transform;
mod must;
mod nil_to_val;
mod none;
mod none_elem;
mod nth;
mod one;
mod picked;
mod recursive;
mod root;
mod set_elem;
mod some;
mod sorted_map_range;
mod sorted_map_range_from;
mod sorted_map_range_from_start;
mod sorted_map_range_to;
mod sorted_map_range_to_end;
mod sorted_set_range;
mod splice;
mod stop;
mod sub_map;
mod sublist;
mod sublist_dynamic;
mod subselect;
mod subset;
mod term;
mod termval;
mod transformed;
mod update;
mod view;

pub use all::{All, AllOfList, AllOfSet, AllOfStdMap, AllOfStdSeq, AllOfStdSet, Elements};
pub use before_index::{ListInsert, SeqInsert};
pub use clear::Clear;
#[doc(hidden)]
pub use clear::ClearTop;
pub use collect::{Collect, CollectOne, PutCollected};
pub use cond_path::{Cases, CondPath, WriteCases};
pub use continuous_subseqs::ContinuousSubseqs;
pub use count::{Count, Counted};
pub use custom::{Custom, CustomNav};
pub use field::FieldNav;
pub use filter::Filter;
#[doc(hidden)]
pub use filter::Test;
pub use filter_selected::FilterSelected;
#[doc(hidden)]
pub use filtered_list::Matching;
pub use if_path::IfPath;
pub use index::{ListIndex, SeqIndex};
pub use indexed_vals::{IndexedList, IndexedVals, StdIndexedVals};
pub use is_collected::{Dispense, IsCollected};
pub(super) use key::in_structure;
pub use key::{KeyNav, Keyed, ValueKey};
pub use lens::{Functions, Lens};
pub use map_key::{MapKey, StdMapKey};
pub use map_keys::{MapKeys, ValueKeys};
pub use map_vals::{MapEntries, MapVals, ValueVals};
pub use multi_path::{Branches, MultiPath, WriteBranches};
pub use multi_transform::{MultiTransform, Writes};
pub use must::Must;
pub use nil_to_val::NilToVal;
pub use none::RemoveNav;
pub use none_elem::{NewElem, StdNewElem};
#[doc(hidden)]
pub use nth::At;
pub use nth::{ListNth, SeqNth, Sequence};
pub use one::One;
#[doc(hidden)]
pub use picked::{Pick, Picked, Told};
pub use recursive::{Again, Follow, Followed, PathWithin, RecursivePath, Start};
pub use root::Root;
pub use set_elem::{SetElem, SetLike, StdSetElem};
pub use some::{OptionAt, SomeOf};
pub use sorted_map_range::{SortedMap, StoredRange};
pub use sorted_set_range::SortedSet;
pub use splice::InMemoryList;
pub use stop::{Nowhere, Stop};
pub use sublist::Sublists;
#[doc(hidden)]
pub use sublist_dynamic::Computed;
pub use subselect::Subselect;
pub use term::Term;
pub use termval::Termval;
pub use transformed::Transformed;
pub use update::Update;
pub use view::View;
