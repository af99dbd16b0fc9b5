//! The clients' side of a cluster: appends to depots, reads of PStates.

mod data;
mod depot;
mod pstate;
mod snapshot;

pub use data::DataClient;
pub use depot::{AckLevel, AppendError, AppendFuture, DepotClient, DepotReadError};
pub use pstate::{PStateClient, SelectError};
pub use snapshot::Snapshot;
