//! For tests of your own code: PStates without a cluster, and keys that live where a test needs them.
//!
//! A whole module is tested on an [`InProcessCluster`](crate::InProcessCluster), simulated where the
//! order of events matters. What is here is for less than that: a path, a schema, a function that
//! makes paths.
//!
//! - [`TestPState`]: one partition of a PState of any schema, with commits and checkpoints.
//! - [`keys_on_task`], [`keys_on_task_among`]: keys by the task that they live on.

mod backing;
mod keys;
mod test_pstate;

pub use keys::{keys_on_task, keys_on_task_among};
pub use test_pstate::TestPState;
