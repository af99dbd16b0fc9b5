//! The derives: `Record` for what is stored, `Key` for what is looked up by, `PState` for structs of
//! fixed keys.

mod attributes;
mod fields;
mod key;
mod pstate;
mod record;
mod take_out;

pub(crate) use key::key;
pub(crate) use pstate::pstate;
pub(crate) use record::record;
