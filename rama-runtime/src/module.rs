//! A module and its definition: the objects that `defmodule!` declares.

use std::any::TypeId;
use std::sync::Arc;

use rama_paths::data::{AnyCommitted, PathFunctions};
use rama_paths::{AnyPartition, Horizon};

use crate::depot::AnyDepot;
use crate::dsl::{ModuleBuilder, StateTable};
use crate::graph::Graph;
use crate::pstate::Placement;
use crate::topology::SourceRunner;

/// A module: depots, topologies and PStates. `defmodule!` implements it.
pub trait Module: Sized + 'static {
    /// The module's name, kept in its data directory.
    const NAME: &'static str;

    /// Declares the module's objects and its dataflow.
    fn define(module: &mut ModuleBuilder<Self>);

    /// The module's dataflow as a graph, to be printed.
    fn graph() -> Graph {
        Graph::default()
    }
}

/// All that a cluster needs to know of a module, without its type.
pub(crate) struct ModuleDefinition {
    pub(crate) name: &'static str,
    pub(crate) type_id: TypeId,
    pub(crate) depots: Vec<DepotDefinition>,
    pub(crate) pstates: Vec<PStateDefinition>,
    pub(crate) topologies: Vec<Arc<TopologyDefinition>>,
    /// What paths as data can call.
    pub(crate) path_functions: PathFunctions,
}

impl ModuleDefinition {
    pub(crate) fn of<M: Module>() -> ModuleDefinition {
        let mut builder = ModuleBuilder::<M>::new();
        M::define(&mut builder);
        builder.finish()
    }
}

/// A declared depot.
pub(crate) struct DepotDefinition {
    pub(crate) name: &'static str,
    /// Shape of its records, see `rama_paths::shape_of`.
    pub(crate) shape: String,
    /// How clients' records find their partition.
    pub(crate) partitioning: &'static str,
    pub(crate) new: Box<dyn FnOnce(crate::depot::DepotContext) -> Arc<dyn AnyDepot> + Send>,
}

/// A declared PState.
pub(crate) struct PStateDefinition {
    pub(crate) name: &'static str,
    pub(crate) shape: String,
    /// Index of the owning topology.
    pub(crate) owner: u32,
    /// The owner tag's type, to tell handles of other modules.
    pub(crate) owner_type: TypeId,
    /// On which tasks its keys live.
    pub(crate) placement: Arc<Placement>,
    /// Whether clients are kept out.
    pub(crate) is_private: bool,
    pub(crate) new_partition: Box<dyn Fn(Arc<Horizon>) -> Box<dyn AnyPartition> + Send + Sync>,
    /// A `rama_paths::Committed<S>` of one of its partitions, for clients.
    pub(crate) committed: fn(&dyn AnyPartition) -> Box<dyn AnyCommitted>,
}

/// A declared microbatch topology.
pub(crate) struct TopologyDefinition {
    pub(crate) name: &'static str,
    /// Index of this topology in the module.
    pub(crate) index: u32,
    pub(crate) sources: Vec<SourceDefinition>,
    pub(crate) states: StateTable<'static>,
    /// Indexes of the PStates it owns.
    pub(crate) pstates: Vec<u32>,
    /// Whether its code makes asynchronous calls: attempts wait for their durable plan.
    pub(crate) async_calls: bool,
}

impl TopologyDefinition {
    /// Whether a task has written all that it writes in an attempt when it has emitted its records: there
    /// is no code to which partitioners send anything, or asynchronous calls deliver.
    pub(crate) fn is_local(&self) -> bool {
        !self.states.has_hops()
    }
}

/// One `source>` of a topology.
pub(crate) struct SourceDefinition {
    /// Index of the depot.
    pub(crate) depot: u32,
    pub(crate) run: Box<dyn SourceRunner>,
}
