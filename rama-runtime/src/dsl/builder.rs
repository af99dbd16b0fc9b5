//! Builders that generated code fills: a module's objects, and a topology's continuations.

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;

use rama_paths::data::{PathArgument, PathFunction, PathFunctions, PathResult};
use rama_paths::{Partition, Record, Schema, schema_shape_of};

use super::state::{Body, StateTable};
use super::{Carries, Cx, Label};
use crate::depot::{Depot, DepotPartitioning, DepotRuntime};
use crate::graph::GraphTopology;
use crate::module::{
    DepotDefinition, Module, ModuleDefinition, PStateDefinition, SourceDefinition,
    TopologyDefinition,
};
use crate::pstate::{PState, PStateOptions};
use crate::topology::{Microbatch, typed_source};

/// Collects the objects of module `M`.
pub struct ModuleBuilder<M> {
    depots: Vec<DepotDefinition>,
    pstates: Vec<(u32, PStateDefinition)>,
    topologies: Vec<Arc<TopologyDefinition>>,
    path_functions: PathFunctions,
    module: PhantomData<fn() -> M>,
}

impl<M> std::fmt::Debug for ModuleBuilder<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModuleBuilder").finish_non_exhaustive()
    }
}

impl<M: Module> ModuleBuilder<M> {
    pub(crate) fn new() -> Self {
        ModuleBuilder {
            depots: Vec::new(),
            pstates: Vec::new(),
            topologies: Vec::new(),
            path_functions: PathFunctions::new(),
            module: PhantomData,
        }
    }

    /// Declares a depot. Handles carry indexes, so depots are declared in the handles' order.
    pub fn depot<T: Record>(
        &mut self,
        depot: Depot<M, T>,
        partitioning: impl DepotPartitioning<T> + 'static,
    ) {
        assert_eq!(depot.index as usize, self.depots.len(), "depots are declared in handle order");
        self.depots.push(DepotDefinition {
            name: depot.name,
            shape: rama_paths::shape_of::<T>(),
            partitioning: partitioning.kind(),
            new: Box::new(move |context| {
                Arc::new(DepotRuntime::<T>::new(depot.name, Box::new(partitioning), context))
            }),
        });
    }

    /// As [`path_function`](Self::path_function), of a closure with one argument: rustc then speaks of these and not of the
    /// closure.
    pub fn path_function_of_1<A, R, F>(&mut self, name: &'static str, f: F)
    where
        F: Fn(A) -> R + Send + Sync + 'static,
        A: PathArgument,
        R: PathResult,
    {
        self.path_functions.register::<(A,), F>(name, f);
    }

    /// As [`path_function`](Self::path_function), of a closure with two arguments: rustc then speaks of these and not of the
    /// closure.
    pub fn path_function_of_2<A, B, R, F>(&mut self, name: &'static str, f: F)
    where
        F: Fn(A, B) -> R + Send + Sync + 'static,
        A: PathArgument,
        B: PathArgument,
        R: PathResult,
    {
        self.path_functions.register::<(A, B), F>(name, f);
    }

    /// As [`path_function`](Self::path_function), of a closure with three arguments: rustc then speaks of these and not of the
    /// closure.
    pub fn path_function_of_3<A, B, C, R, F>(&mut self, name: &'static str, f: F)
    where
        F: Fn(A, B, C) -> R + Send + Sync + 'static,
        A: PathArgument,
        B: PathArgument,
        C: PathArgument,
        R: PathResult,
    {
        self.path_functions.register::<(A, B, C), F>(name, f);
    }

    /// As [`path_function`](Self::path_function), of a closure with four arguments: rustc then speaks of these and not of the
    /// closure.
    pub fn path_function_of_4<A, B, C, D, R, F>(&mut self, name: &'static str, f: F)
    where
        F: Fn(A, B, C, D) -> R + Send + Sync + 'static,
        A: PathArgument,
        B: PathArgument,
        C: PathArgument,
        D: PathArgument,
        R: PathResult,
    {
        self.path_functions.register::<(A, B, C, D), F>(name, f);
    }

    /// Declares a function that paths as data can call by its name.
    pub fn path_function<Args, F: PathFunction<Args>>(&mut self, name: &'static str, f: F) {
        self.path_functions.register(name, f);
    }

    /// Declares a microbatch topology; `define` declares its PStates and its dataflow.
    pub fn microbatch<O: 'static>(
        &mut self,
        topology: Microbatch<M, O>,
        define: impl FnOnce(&mut TopologyBuilder<'static, O>),
    ) {
        assert_eq!(
            topology.index as usize,
            self.topologies.len(),
            "topologies are declared in handle order"
        );
        let mut builder = TopologyBuilder::new(topology.index);
        define(&mut builder);
        let owned = builder.pstates.iter().map(|(index, _)| *index).collect();
        self.pstates.extend(builder.pstates);
        builder.states.check();
        self.topologies.push(Arc::new(TopologyDefinition {
            name: topology.name,
            index: topology.index,
            sources: builder.sources,
            states: builder.states,
            pstates: owned,
            async_calls: builder.async_calls,
        }));
    }

    pub(crate) fn finish(mut self) -> ModuleDefinition {
        self.pstates.sort_by_key(|(index, _)| *index);
        for (position, (index, _)) in self.pstates.iter().enumerate() {
            assert_eq!(position, *index as usize, "PStates are numbered without gaps");
        }
        ModuleDefinition {
            name: M::NAME,
            type_id: TypeId::of::<M>(),
            depots: self.depots,
            pstates: self.pstates.into_iter().map(|(_, definition)| definition).collect(),
            topologies: self.topologies,
            path_functions: self.path_functions,
        }
    }
}

/// Sources of the topology with owner tag `O` in a file of their own.
pub struct TopologyPart<O> {
    /// Defines them.
    pub define: fn(&mut TopologyBuilder<'static, O>),
    /// Their part of the module's graph.
    pub graph: GraphTopology,
}

impl<O> std::fmt::Debug for TopologyPart<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TopologyPart").field("graph", &self.graph).finish_non_exhaustive()
    }
}

/// Collects the PStates and continuations of the topology with owner tag `O`. Its continuations live
/// for `'s`: those of a module for ever, those of a stand-alone block as long as what they borrow.
pub struct TopologyBuilder<'s, O> {
    index: u32,
    pub(super) states: StateTable<'s>,
    sources: Vec<SourceDefinition>,
    pstates: Vec<(u32, PStateDefinition)>,
    pub(super) async_calls: bool,
    owner: PhantomData<fn() -> O>,
}

impl<O> std::fmt::Debug for TopologyBuilder<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TopologyBuilder").finish_non_exhaustive()
    }
}

impl<'s, O: 'static> TopologyBuilder<'s, O> {
    pub(super) fn new(index: u32) -> Self {
        TopologyBuilder {
            index,
            states: StateTable::default(),
            sources: Vec::new(),
            pstates: Vec::new(),
            async_calls: false,
            owner: PhantomData,
        }
    }

    /// Declares a PState that this topology owns.
    pub fn pstate<S: Schema>(&mut self, pstate: PState<O, S>) {
        self.pstate_with(pstate, |options| options);
    }

    /// As [`pstate`](Self::pstate), with the options of its declaration.
    pub fn pstate_with<S: Schema, D>(
        &mut self,
        pstate: PState<O, S, D>,
        options: impl FnOnce(PStateOptions<S>) -> PStateOptions<S>,
    ) {
        let PStateOptions { placement, is_private, new_partition } = options(PStateOptions::new());
        let definition = PStateDefinition {
            name: pstate.name,
            shape: schema_shape_of::<S>(),
            owner: self.index,
            owner_type: TypeId::of::<O>(),
            placement: Arc::new(placement),
            is_private,
            new_partition: Box::new(move |horizon| Box::new(new_partition(horizon))),
            committed: |partition| {
                let partition: &Partition<S> = partition
                    .as_any()
                    .downcast_ref()
                    .expect("a PState's partitions have its schema");
                Box::new(partition.committed())
            },
        };
        self.pstates.push((pstate.index, definition));
    }

    /// Makes a label for a continuation that is defined further down.
    pub fn label<T>(&mut self, name: &'static str) -> Label<T> {
        Label::new(self.states.add(name))
    }

    /// Defines what happens with each record of a depot.
    pub fn source<M, T, F>(&mut self, depot: Depot<M, T>, body: F)
    where
        T: 'static,
        F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 'static,
    {
        self.sources.push(SourceDefinition { depot: depot.index, run: typed_source(body) });
    }

    /// Defines a continuation that frames reach by a hop.
    pub fn define<T, C, F>(&mut self, label: Label<T>, carries: C, body: F)
    where
        T: 'static,
        C: Carries<T>,
        F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 's,
    {
        self.states.define(label.index, Body::carried(carries.column_maker().0, body));
    }

    /// Defines a continuation that is only entered in step, without a hop.
    pub fn define_in_step<T, F>(&mut self, label: Label<T>, body: F)
    where
        T: 'static,
        F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 's,
    {
        self.states.define(label.index, Body::in_step(body));
    }
}
