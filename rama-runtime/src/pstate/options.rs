//! What a PState's declaration asks for.

use std::sync::Arc;

use rama_paths::path::StoredKind;
use rama_paths::{Horizon, Key, PMap, PSet, Partition, Record, Schema, Tracking};

use super::placement::Placement;

/// Makes the partitions of a PState.
pub(crate) type NewPartition<S> = Box<dyn Fn(Arc<Horizon>) -> Partition<S> + Send + Sync>;

/// The options in a PState's declaration. For generated code: users write
/// `pstate $$name: Schema, global, private, initial(value), key_partitioner(function);`.
pub struct PStateOptions<S: Schema> {
    pub(crate) placement: Placement,
    pub(crate) is_private: bool,
    pub(crate) new_partition: NewPartition<S>,
}

impl<S: Schema> std::fmt::Debug for PStateOptions<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PStateOptions").field("placement", &self.placement).finish_non_exhaustive()
    }
}

/// The kind of a schema that is one value, which can have an initial one.
#[diagnostic::on_unimplemented(
    message = "`{S}` is stored element by element and has no initial value",
    label = "only a PState of one value has an initial value",
    note = "give defaults where it is read: `.key(*key).nil_to_val(0)`"
)]
pub trait InitialValue<S: Schema> {
    /// The type of the value; unknown where there is none, so that nothing else is said of it.
    type Value;

    /// A partition that holds the value as long as nothing is written.
    #[doc(hidden)]
    fn partition(horizon: Arc<Horizon>, value: &Self::Value) -> Partition<S>;
}

impl<V: Record> InitialValue<V> for StoredKind<V> {
    type Value = V;

    fn partition(horizon: Arc<Horizon>, value: &V) -> Partition<V> {
        Partition::with_initial(horizon, value.clone())
    }
}

/// A schema with keys at its top: a `PMap` or a `PSet`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no keys at its top that a `key_partitioner` could place",
    label = "only maps and sets have keys"
)]
pub trait KeyedAtTop: Schema {
    /// The type of the keys.
    type Key: Key;
}

impl<K: Key, V: Schema, C: Tracking> KeyedAtTop for PMap<K, V, C> {
    type Key = K;
}

impl<T: Key, C: Tracking> KeyedAtTop for PSet<T, C>
where
    PSet<T, C>: Schema,
{
    type Key = T;
}

impl<S: Schema> PStateOptions<S> {
    pub(crate) fn new() -> Self {
        PStateOptions {
            placement: Placement::Hash,
            is_private: false,
            new_partition: Box::new(Partition::over),
        }
    }

    /// One partition, on task 0, whatever the number of tasks.
    pub fn global(self) -> Self {
        PStateOptions { placement: Placement::Global, ..self }
    }

    /// For the module's topologies only: clients cannot read it.
    pub fn private(self) -> Self {
        PStateOptions { is_private: true, ..self }
    }

    /// What it is until something is written, and again when it was cleared.
    pub fn initial<K, V>(self, value: V) -> Self
    where
        S: Schema<Kind = K>,
        K: InitialValue<S, Value = V>,
        V: Send + Sync + 'static,
    {
        let new = move |horizon| K::partition(horizon, &value);
        PStateOptions { new_partition: Box::new(new), ..self }
    }

    /// The function that chooses a key's partition, in place of its hash. It is given the number of
    /// partitions, which is that of the tasks.
    pub fn key_partitioner<F>(self, choose: F, function: &'static str) -> Self
    where
        S: KeyedAtTop,
        F: Fn(usize, &S::Key) -> usize + Send + Sync + 'static,
    {
        PStateOptions { placement: Placement::by(function, choose), ..self }
    }
}
