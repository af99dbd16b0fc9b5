//! Tasks and the threads that run them: state, frames between tasks, and the worker that steps.

mod batch;
mod column;
mod inbox;
mod state;
mod worker;

pub(crate) use batch::{Batch, Outbox};
pub(crate) use column::{AnyColumn, Column};
pub(crate) use inbox::{Inbox, Message};
pub(crate) use state::Event;
pub(crate) use state::{Origin, TaskState};
pub(crate) use worker::{Worker, WorkerLimits, WorkerParts};
