//! Operations as values: `<<ramaop %f(…)`.

use std::any::Any;
use std::marker::PhantomData;

use rama_paths::Record;

use super::carried::{Carried, Place, place_traits};
use super::state::take;
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

impl<O: 'static> TopologyBuilder<'_, O> {
    /// Makes a label the body of an anonymous operation.
    pub fn operation<Args, Captures, Out>(&mut self, label: Label<(Args, Captures, Return<Out>)>)
    where
        Args: 'static,
        Captures: Record,
        Out: 'static,
    {
        self.states.set_resume(label.index, resume::<Args, Captures, Out>);
    }
}

impl<O: 'static> Cx<'_, O> {
    /// An operation as a value: its body, and the variables it uses from outside.
    pub fn operation<Args, Captures, Out>(
        &self,
        label: Label<(Args, Captures, Return<Out>)>,
        captures: Captures,
    ) -> Op<Args, Out>
    where
        Captures: Record,
    {
        Op {
            place: Place { label: label.index, carried: Carried::new(captures) },
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
