//! Operations as values: `<<ramaop %f(…)`.

use std::any::Any;
use std::marker::PhantomData;

use rama_paths::Record;

use super::carried::{Carried, Place, place_traits};
use super::state::{Body, take};
use super::{Cx, Label, Return, TopologyBuilder};
use crate::task::Event;

/// An anonymous operation as a value: `Args` is a tuple of what it takes, `Out` what it emits each
/// time, a tuple unless it is one value.
///
/// It comes from `<<ramaop %f(…) { … }` and is called as `%f(…)`. It carries the variables that it
/// uses from outside; clones share them. It may be passed to operations and across partitioners,
/// and its values mean something only to the build of the module that made them, so it does not
/// belong into depots and PStates.
pub struct Op<Args, Out> {
    place: Place,
    types: PhantomData<fn(Args) -> Out>,
}

place_traits!(Op<Args, Out>);

/// Names an anonymous operation that uses `Captures` from outside, and knows how they are carried:
/// so that what cannot be is one error, where the label is made.
pub struct OpLabel<Args, Captures, Out> {
    index: u32,
    carry: fn(Captures) -> Carried,
    types: PhantomData<fn(Args) -> Out>,
}

impl<Args, Captures, Out> Clone for OpLabel<Args, Captures, Out> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Args, Captures, Out> Copy for OpLabel<Args, Captures, Out> {}

impl<Args, Captures, Out> std::fmt::Debug for OpLabel<Args, Captures, Out> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpLabel({})", self.index)
    }
}

impl<'s, O: 'static> TopologyBuilder<'s, O> {
    /// Makes a label for an operation that is defined further down.
    pub fn op_label<Args, Captures, Out>(
        &mut self,
        name: &'static str,
    ) -> OpLabel<Args, Captures, Out>
    where
        Args: 'static,
        Captures: Record,
        Out: 'static,
    {
        let index = self.states.add(name);
        self.states.set_resume(index, resume::<Args, Captures, Out>);
        OpLabel { index, carry: Carried::new, types: PhantomData }
    }

    /// Defines an operation.
    pub fn define_op<Args, Captures, Out, F>(
        &mut self,
        label: OpLabel<Args, Captures, Out>,
        body: F,
    ) where
        Args: 'static,
        Captures: 'static,
        Out: 'static,
        F: Fn(&mut Cx<'_, O>, (Args, Captures, Return<Out>)) + Send + Sync + 's,
    {
        self.states.define(label.index, Body::in_step(body));
    }
}

impl<O: 'static> Cx<'_, O> {
    /// An operation as a value: its body, and the variables it uses from outside.
    pub fn operation<Args, Captures, Out>(
        &self,
        label: OpLabel<Args, Captures, Out>,
        captures: Captures,
    ) -> Op<Args, Out> {
        Op {
            place: Place { label: label.index, carried: (label.carry)(captures) },
            types: PhantomData,
        }
    }

    /// Runs an operation at once, in this event; it emits to `to`, any number of times.
    pub fn invoke<Args: 'static, Out: 'static>(
        &mut self,
        operation: &Op<Args, Out>,
        args: Args,
        to: Return<Out>,
    ) {
        let Place { label, carried } = operation.place.clone();
        let resume = self.event.states.resume(label);
        resume(&mut self.event, label, &mut Some((args, to)), carried);
    }
}

/// Enters the body of an operation.
fn resume<Args: 'static, Captures: Record, Out: 'static>(
    event: &mut Event<'_>,
    label: u32,
    input: &mut dyn Any,
    carried: Carried,
) {
    let (args, to): (Args, Return<Out>) = take(input);
    let frame: (Args, Captures, Return<Out>) = (args, carried.into_value(), to);
    Label::new(label).enter(event, frame);
}
