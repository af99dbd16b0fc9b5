//! Tasks and the threads that run them: state, frames between tasks, and the worker that steps.

mod alignment;
mod batch;
mod calls;
mod column;
mod facts;
mod inbox;
mod loops;
mod random;
mod reach;
mod state;
mod worker;

pub(crate) use alignment::AlignmentLog;
pub use alignment::MisalignedAccess;
pub(crate) use batch::{Batch, Outbox};
pub(crate) use calls::{
    ASYNC_CALLS_LIMIT, AsyncCall, CallQueue, CallSite, Calls, CallsLimits, CallsParts, Delivery,
};
pub(crate) use column::{AnyColumn, Column};
pub(crate) use facts::{EVENT_TARGET_TIME, FAN_OUT_LIMIT, ModuleFacts, PlacedPState};
pub(crate) use inbox::{Inbox, Message};
pub(crate) use random::UuidSource;
pub use random::{RandomInteger, RandomSource};
pub(crate) use reach::{LOOKAHEAD, PStates, Reached};
pub(crate) use state::Event;
pub(crate) use state::{Origin, TaskState};
pub(crate) use worker::{Worker, WorkerLimits, WorkerParts};
