//! Compiled shapes behind traits without types, so that what runs them is compiled once.

use std::sync::Arc;

use rama::paths::path::Value;
use rama::paths::{
    AnyPartition, Committed, Horizon, PStatePath, Partition, PathError, Pin, Root, Schema,
    SelectPath, SinglePath, WritePath,
};
use rama_shapes::data::Args;
use rama_shapes::interpret::{Fault, Selected};
use rama_shapes::model::{Model, Modeled};

use super::content::{self, Content};
use super::fault;

/// Where something is read.
pub enum Source<'a, S: Schema> {
    /// As the owner sees it.
    Owner(&'a Partition<S>),
    /// What is committed, for the owner of another PState.
    Other(&'a Partition<S>),
    /// What is committed and visible.
    Committed(&'a Committed<S>),
    /// As of a pinned position.
    Pinned(&'a Committed<S>, &'a Pin),
    /// A value in memory.
    Value(&'a S::Slot),
}

/// Where something is written.
pub enum Target<'a, S: Schema> {
    Partition(&'a mut Partition<S>),
    Value(&'a mut S::Slot),
}

/// What is selected: all, and by what selects one.
pub struct Found {
    pub all: Selected,
    pub one: Option<Result<Model, Fault>>,
}

pub type Read<S> = fn(&Source<'_, S>, &Args) -> Found;
pub type Write<S> = fn(Target<'_, S>, &Args) -> Result<(), PathError>;

/// The paths of a shape.
pub struct Paths<S: Schema> {
    pub reads: &'static [Read<S>],
    pub writes: &'static [Write<S>],
}

/// A compiled shape.
pub struct Compiled {
    pub stored: Box<dyn Stored>,
    /// If it is a value.
    pub value: Option<Box<dyn InMemory>>,
}

/// From where a stored shape is read.
#[derive(Clone, Copy)]
pub enum View<'a> {
    Owner,
    Other,
    Committed,
    Pinned(&'a Pin),
}

/// A partition with a compiled schema and paths.
pub trait Stored {
    /// An empty one.
    fn empty(&self, horizon: Arc<Horizon>) -> Box<dyn Stored>;
    fn select(&self, read: usize, view: View<'_>, args: &Args) -> Found;
    fn transform(&mut self, write: usize, args: &Args) -> Result<(), PathError>;
    /// Everything that is there.
    fn content(&self, view: View<'_>) -> Option<Model>;
    fn pin(&self) -> Pin;
    fn partition(&self) -> &dyn AnyPartition;
    fn partition_mut(&mut self) -> &mut dyn AnyPartition;
}

/// A value with compiled paths.
pub trait InMemory {
    fn set(&mut self, value: &Model);
    fn value(&self) -> Model;
    fn select(&self, read: usize, args: &Args) -> Found;
    fn transform(&mut self, write: usize, args: &Args) -> Result<(), PathError>;
}

struct OfPartition<S: Schema> {
    paths: &'static Paths<S>,
    partition: Partition<S>,
    committed: Committed<S>,
}

impl<S: Schema> OfPartition<S> {
    fn over(paths: &'static Paths<S>, horizon: Arc<Horizon>) -> Self {
        let partition = Partition::over(horizon);
        Self { paths, committed: partition.committed(), partition }
    }

    fn source<'a>(&'a self, view: View<'a>) -> Source<'a, S> {
        match view {
            View::Owner => Source::Owner(&self.partition),
            View::Other => Source::Other(&self.partition),
            View::Committed => Source::Committed(&self.committed),
            View::Pinned(pin) => Source::Pinned(&self.committed, pin),
        }
    }
}

impl<S: Schema + Content> Stored for OfPartition<S> {
    fn empty(&self, horizon: Arc<Horizon>) -> Box<dyn Stored> {
        Box::new(Self::over(self.paths, horizon))
    }

    fn select(&self, read: usize, view: View<'_>, args: &Args) -> Found {
        self.paths.reads[read](&self.source(view), args)
    }

    fn transform(&mut self, write: usize, args: &Args) -> Result<(), PathError> {
        self.paths.writes[write](Target::Partition(&mut self.partition), args)
    }

    fn content(&self, view: View<'_>) -> Option<Model> {
        content::of(&self.source(view))
    }

    fn pin(&self) -> Pin {
        self.committed.pin()
    }

    fn partition(&self) -> &dyn AnyPartition {
        &self.partition
    }

    fn partition_mut(&mut self) -> &mut dyn AnyPartition {
        &mut self.partition
    }
}

struct OfValue<V: Value> {
    paths: &'static Paths<V>,
    value: V,
}

impl<V: Value + Modeled> InMemory for OfValue<V> {
    fn set(&mut self, value: &Model) {
        self.value = V::of(value).unwrap();
    }

    fn value(&self) -> Model {
        self.value.model()
    }

    fn select(&self, read: usize, args: &Args) -> Found {
        self.paths.reads[read](&Source::Value(&self.value), args)
    }

    fn transform(&mut self, write: usize, args: &Args) -> Result<(), PathError> {
        self.paths.writes[write](Target::Value(&mut self.value), args)
    }
}

pub fn of_structures<S: Schema + Content>(paths: &'static Paths<S>) -> Compiled {
    let horizon = Arc::new(Horizon::new(0, usize::MAX));
    Compiled { stored: Box::new(OfPartition::over(paths, horizon)), value: None }
}

pub fn of_values<V: Value + Modeled + Content + Default>(paths: &'static Paths<V>) -> Compiled {
    let value: Box<dyn InMemory> = Box::new(OfValue { paths, value: V::default() });
    Compiled { value: Some(value), ..of_structures(paths) }
}

fn models<T: Modeled>(values: Result<Vec<T>, PathError>) -> Selected {
    values.map(|values| values.iter().map(T::model).collect()).map_err(fault)
}

fn model<T: Modeled>(value: Result<T, PathError>) -> Result<Model, Fault> {
    value.map(|value| value.model()).map_err(fault)
}

/// What a path selects.
pub fn selected<P: SelectPath>(
    source: &Source<'_, P::Schema>,
    path: &P,
) -> Result<Vec<P::Value>, PathError> {
    match source {
        Source::Owner(partition) => partition.select(path),
        Source::Other(partition) => partition.select_committed(path),
        Source::Committed(committed) => committed.select(path),
        Source::Pinned(committed, pin) => committed.select_as_of(pin, path),
        Source::Value(_) => panic!("a value has paths of its own"),
    }
}

pub fn all<P: SelectPath<Value: Modeled>>(source: &Source<'_, P::Schema>, path: &P) -> Found {
    Found { all: models(selected(source, path)), one: None }
}

pub fn one<P: SinglePath<Value: Modeled>>(source: &Source<'_, P::Schema>, path: &P) -> Found {
    let one = match source {
        Source::Owner(partition) => Some(model(partition.select_one(path))),
        Source::Other(partition) => Some(model(partition.select_one_committed(path))),
        Source::Committed(committed) => Some(model(committed.select_one(path))),
        Source::Pinned(..) | Source::Value(_) => None,
    };
    Found { one, ..all(source, path) }
}

/// What a path selects from a value, in both ways.
pub fn value_found<T: Modeled>(all: Result<Vec<T>, PathError>, one: Result<T, PathError>) -> Found {
    Found { all: models(all), one: Some(model(one)) }
}

pub fn transform<W: WritePath>(target: Target<'_, W::Schema>, path: W) -> Result<(), PathError> {
    match target {
        Target::Partition(partition) => partition.transform(path),
        Target::Value(_) => Ok(()),
    }
}

/// Selects from a value or a partition.
macro_rules! value_all {
    ($source:ident, $path:ident) => {
        match $source {
            Source::Value(value) => {
                value_found($path.select_from(value), $path.select_one_from(value))
            }
            _ => all($source, &$path),
        }
    };
}

/// As `value_all`, of a path that leads to one place.
macro_rules! value_one {
    ($source:ident, $path:ident) => {
        match $source {
            Source::Value(value) => {
                value_found($path.select_from(value), $path.select_one_from(value))
            }
            _ => one($source, &$path),
        }
    };
}

/// Writes a value or a partition.
macro_rules! value_transform {
    ($target:ident, $path:ident) => {
        match $target {
            Target::Value(value) => $path.transform_in(value),
            Target::Partition(partition) => partition.transform($path),
        }
    };
}

pub(crate) use {value_all, value_one, value_transform};

/// The path to the top of a schema.
pub fn top<S: Schema>() -> PStatePath<(), Root<S>> {
    PStatePath::new()
}
