//! Loops: `loop<-` whose head is a state, and `continue>`.

use super::{Cx, Label};
use crate::task::Event;

impl<O: 'static> Cx<'_, O> {
    /// Enters the head of a loop at once, in this event, and runs all iterations that its body asks
    /// for with [`again`](Self::again), one after the other: an iteration begins when the body of
    /// the one before has ended, and the Rust stack does not grow.
    ///
    /// When one iteration asks for several, the first asked for runs first, with everything it asks
    /// for, before the second.
    pub fn enter_loop<T: Send + 'static>(&mut self, label: Label<T>, frame: T) {
        if label.is_nowhere() {
            return;
        }
        let topology = self.event.topology;
        let stack = self.event.task.loops.stack::<T>(topology, label.index);
        let base = stack.len();
        stack.push(frame);
        drive::<T>(&mut self.event, label.index, base);
    }

    /// `continue>`: asks for another iteration of the loop with this head.
    ///
    /// It runs within the innermost [`enter_loop`](Self::enter_loop) of this head in this event. If
    /// there is none, since a hop within the body began this event, it runs when the event's own
    /// code has ended. Several such loops run from the innermost, which is the one whose label was
    /// made last.
    #[inline]
    pub fn again<T: Send + 'static>(&mut self, label: Label<T>, frame: T) {
        if !label.is_nowhere() {
            let topology = self.event.topology;
            self.event.task.loops.push(topology, label.index, frame, drive::<T>);
        }
    }

    /// The code of an event has ended: runs the iterations that it asked for.
    #[inline]
    pub(crate) fn end_event(&mut self) {
        while let Some((label, drive)) = self.event.task.loops.take_waiting(self.event.topology) {
            drive(&mut self.event, label, 0);
        }
    }
}

/// Runs the iterations on a loop's stack down to the height `base`.
fn drive<T: Send + 'static>(event: &mut Event<'_>, label: u32, base: usize) {
    let (states, topology) = (event.states, event.topology);
    event.task.loops.begin(topology, label);
    let mut height = base;
    loop {
        let stack = event.task.loops.stack::<T>(topology, label);
        // What one iteration has asked for, so that the first of it is on top.
        stack[height..].reverse();
        if stack.len() == base {
            break;
        }
        let mut frame = stack.pop();
        height = stack.len();
        states.enter(event, label, &mut frame);
    }
    event.task.loops.end(topology, label);
}
