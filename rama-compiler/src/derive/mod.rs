//! The derives: `Record` for what is stored, `PState` for structs of fixed keys.

mod attributes;
mod pstate;
mod record;

pub(crate) use pstate::pstate;
pub(crate) use record::record;
