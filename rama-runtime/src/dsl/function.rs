//! Functions as values: `<<ramafn %f(…)`.

use std::marker::PhantomData;

use rama_paths::Record;

use super::carried::{Carried, Place, place_traits};
use super::state::{Apply, Body};
use super::{Cx, TopologyBuilder};

/// An anonymous function as a value: `Args` is a tuple of what it takes, `Out` what it returns.
///
/// It comes from `<<ramafn %f(…) -> R { … }` and is called as `%f(…)`, in expressions, too. It
/// carries the variables that it uses from outside; clones share them. It may be passed to
/// operations and across partitioners, and its values mean something only to the build of the
/// module that made them, so it does not belong into depots and PStates.
pub struct Fun<Args, Out> {
    place: Place,
    types: PhantomData<fn(Args) -> Out>,
}

place_traits!(Fun<Args, Out>);

/// Names an anonymous function that uses `Captures` from outside, and knows how they are carried: so
/// that what cannot be is one error, where the label is made.
pub struct FunLabel<Args, Captures, Out> {
    index: u32,
    carry: fn(Captures) -> Carried,
    carried: fn(&Carried) -> &Captures,
    clone: fn(&Captures) -> Captures,
    types: PhantomData<fn(Args) -> Out>,
}

impl<Args, Captures, Out> FunLabel<Args, Captures, Out> {
    /// What the function uses from outside, for one call.
    pub fn captures(&self, captures: &Captures) -> Captures {
        (self.clone)(captures)
    }
}

impl<Args, Captures, Out> Clone for FunLabel<Args, Captures, Out> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Args, Captures, Out> Copy for FunLabel<Args, Captures, Out> {}

impl<Args, Captures, Out> std::fmt::Debug for FunLabel<Args, Captures, Out> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FunLabel({})", self.index)
    }
}

/// A call under way.
struct Call<Args, Out> {
    args: Option<Args>,
    out: Option<Out>,
}

impl<'s, O: 'static> TopologyBuilder<'s, O> {
    /// Makes a label for a function that is defined further down.
    pub fn fun_label<Args, Captures: Record, Out>(
        &mut self,
        name: &'static str,
    ) -> FunLabel<Args, Captures, Out> {
        let index = self.states.add(name);
        FunLabel {
            index,
            carry: Carried::new,
            carried: Carried::get,
            clone: Clone::clone,
            types: PhantomData,
        }
    }

    /// Defines a function.
    pub fn define_fun<Args, Captures, Out, F>(
        &mut self,
        label: FunLabel<Args, Captures, Out>,
        body: F,
    ) where
        Args: 'static,
        Captures: 'static,
        Out: 'static,
        F: Fn(&mut Cx<'_, O>, Args, &Captures) -> Out + Send + Sync + 's,
    {
        let apply: Apply<'s> = Box::new(move |event, call, captures| {
            let call = call
                .downcast_mut::<Call<Args, Out>>()
                .expect("a function is called with the types it was made for");
            if let Some(args) = call.args.take() {
                call.out = Some(body(&mut Cx::new(event), args, (label.carried)(captures)));
            }
        });
        self.states.define(label.index, Body::Function { apply });
    }
}

impl<O: 'static> Cx<'_, O> {
    /// A function as a value: its body, and the variables it uses from outside.
    pub fn fun<Args, Captures, Out>(
        &self,
        label: FunLabel<Args, Captures, Out>,
        captures: Captures,
    ) -> Fun<Args, Out> {
        Fun {
            place: Place { label: label.index, carried: (label.carry)(captures) },
            types: PhantomData,
        }
    }

    /// Calls a function.
    pub fn call<Args: 'static, Out: 'static>(
        &mut self,
        function: &Fun<Args, Out>,
        args: Args,
    ) -> Out {
        let mut call = Call::<Args, Out> { args: Some(args), out: None };
        let Place { label, carried } = &function.place;
        let states = self.event.states;
        states.apply(&mut self.event, *label, &mut call, carried);
        call.out.expect("a function has returned when its call is over")
    }
}

/// A `ramafn` came to its end and had not emitted. For generated code.
///
/// # Panics
///
/// Always.
#[cold]
#[track_caller]
pub fn ended_without_emission(name: &str) -> ! {
    panic!("`{name}` ended without having emitted")
}
