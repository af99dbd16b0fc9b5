//! The clients' side of a cluster: appends to depots, reads of PStates.

mod depot;
mod pstate;

pub use depot::{AckLevel, AppendError, AppendFuture, DepotClient, DepotReadError};
pub use pstate::{PStateClient, SelectError};
