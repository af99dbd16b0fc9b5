//! Topologies: the microbatch coordinator, its attempts, and what is known of them from outside.

mod attempt;
mod coordinator;
mod failure;
mod handle;
mod source;
mod status;

pub(crate) use attempt::Attempt;
pub(crate) use coordinator::{Coordinator, CoordinatorLimits, Plan};
pub use failure::{AttemptFailure, RecordAt};
pub use handle::Microbatch;
pub(crate) use source::{SourceRunner, typed_source};
pub(crate) use status::TopologyStatus;
pub use status::{MicrobatchStatus, StopCause};
