//! Checkpoints: what the log says up to a position, in the database and in files of depots, so that
//! the log before it can go.

mod checkpointer;
mod failure;
mod freeze;
mod record;
mod records;
#[cfg(test)]
mod records_tests;
mod rows;
mod trigger;

pub(crate) use checkpointer::{Checkpointer, CheckpointerParts};
pub(crate) use freeze::Freeze;
pub(crate) use record::{
    CheckpointRecord, DepotRecord, PartitionEnd, StructureCounter, TopologyRecord,
};
pub(crate) use records::{CommittedRecords, RecordCopier};
pub(crate) use rows::{ModuleRows, PartitionRows};
pub(crate) use trigger::CheckpointTrigger;
