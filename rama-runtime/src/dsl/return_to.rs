//! Returns: continuations as values, for operations that call themselves across a hop.

use std::marker::PhantomData;

use rama_paths::Record;

use super::carried::{Carried, Place, place_traits};
use super::label::is_nowhere;
use super::state::take;
use super::{Cx, Label, TopologyBuilder};
use crate::task::Event;

/// Where an operation goes on with an `Out`: a label, and the caller's frame without its type.
///
/// Clones share the frame. To another process it goes as the label and the frame's bytes.
pub struct Return<Out> {
    place: Place,
    types: PhantomData<fn(Out)>,
}

place_traits!(Return<Out>);

impl<Out> Return<Out> {
    /// Where nothing goes on: what is given back is dropped.
    pub fn nowhere() -> Self {
        Return { place: Place::nowhere(), types: PhantomData }
    }
}

impl<O: 'static> TopologyBuilder<'_, O> {
    /// Makes a label a place to return to with an `Out`; its frame is that and what the caller kept.
    pub fn returns<Out: 'static, E: Record>(&mut self, label: Label<(Out, E)>) {
        if !label.is_nowhere() {
            self.states.set_resume(label.index, resume::<Out, E>);
        }
    }
}

impl<O: 'static> Cx<'_, O> {
    /// A place to return to, with the frame that is waiting there.
    pub fn return_to<Out: 'static, E: Record>(
        &self,
        label: Label<(Out, E)>,
        frame: E,
    ) -> Return<Out> {
        Return {
            place: Place { label: label.index, carried: Carried::new(frame) },
            types: PhantomData,
        }
    }

    /// Runs the continuation that waits for `out` at once, in this event.
    pub fn give_back<Out: 'static>(&mut self, to: Return<Out>, out: Out) {
        let Place { label, carried } = to.place;
        if !is_nowhere(label) {
            let resume = self.event.states.resume(label);
            resume(&mut self.event, label, &mut Some(out), carried);
        }
    }
}

/// Enters a label with what is returned and the frame that waited.
fn resume<Out: 'static, E: Record>(
    event: &mut Event<'_>,
    label: u32,
    out: &mut dyn std::any::Any,
    carried: Carried,
) {
    Label::<(Out, E)>::new(label).enter(event, (take(out), carried.into_value()));
}
