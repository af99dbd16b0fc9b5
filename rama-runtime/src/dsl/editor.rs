//! What the code that macros write for rust-analyzer calls. Only the types matter: that code is
//! looked at and never compiled.

use rama_paths::path::{Location, Navigator};
use rama_paths::{PStatePath, Record, Schema};

use super::{Label, Op};
use crate::depot::Depot;
use crate::pstate::{PState, PStateOptions};

/// Anything at all.
pub fn any<T>() -> T {
    unreachable!("code for editors does not run")
}

/// What a depot holds.
pub fn record<M, T>(_: Depot<M, T>) -> T {
    any()
}

/// The options of a PState's declaration.
pub fn options<O, S: Schema, D>(_: PState<O, S, D>) -> PStateOptions<S> {
    any()
}

/// What an operation emits for each element.
pub fn each<I: IntoIterator>(_: I) -> I::Item {
    any()
}

/// What goes to a label, without what is carried.
pub fn emitted<T, C>(_: Label<(T, C)>) -> T {
    any()
}

/// What an operation emits that is a value.
pub fn invoked<Args, Out>(_: &Op<Args, Out>, _: Args) -> Out {
    any()
}

/// What an asynchronous call delivers.
pub fn delivered<T: Record, E>(_: impl Future<Output = Result<T, E>>) -> T {
    any()
}

/// What has the names that may follow a path.
pub fn names<O, N: Navigator>(
    _: PStatePath<O, N>,
) -> <N::Here as Location>::Names<PStatePath<O, N>> {
    any()
}
