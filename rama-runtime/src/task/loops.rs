//! The stacks of loops: iterations that were asked for and have not begun.

use std::any::Any;

use super::Event;
use crate::exec::drop_quietly;

/// Runs the iterations on the stack of a label down to a height.
pub(crate) type Drive = fn(&mut Event<'_>, u32, usize);

/// A task's stacks, by topology and label. They are empty between events and keep their capacity.
#[derive(Default)]
pub(crate) struct Loops {
    by_topology: Vec<Vec<Option<LoopStack>>>,
    /// Loops that run when the event's code has ended.
    waiting: Vec<(u32, Drive)>,
}

/// The stack of one loop.
struct LoopStack {
    /// A `Vec<T>` of frames.
    frames: Box<dyn Any + Send>,
    /// How many loops with this head run now, one within the other.
    drivers: u32,
    is_waiting: bool,
}

impl Loops {
    #[inline]
    fn slot<T: Send + 'static>(&mut self, topology: u32, label: u32) -> &mut LoopStack {
        let (topology, label) = (topology as usize, label as usize);
        let is_there = self.by_topology.get(topology).is_some_and(|labels| label < labels.len());
        if !is_there {
            self.grow(topology, label);
        }
        self.by_topology[topology][label].get_or_insert_with(|| LoopStack {
            frames: Box::new(Vec::<T>::new()),
            drivers: 0,
            is_waiting: false,
        })
    }

    #[cold]
    fn grow(&mut self, topology: usize, label: usize) {
        if self.by_topology.len() <= topology {
            self.by_topology.resize_with(topology + 1, Vec::new);
        }
        self.by_topology[topology].resize_with(label + 1, || None);
    }

    /// The frames of a loop.
    #[inline]
    pub(crate) fn stack<T: Send + 'static>(&mut self, topology: u32, label: u32) -> &mut Vec<T> {
        self.slot::<T>(topology, label).stack()
    }

    /// Puts a frame on the stack of a loop. If none with this head runs, `drive` will run it.
    #[inline]
    pub(crate) fn push<T: Send + 'static>(
        &mut self,
        topology: u32,
        label: u32,
        frame: T,
        drive: Drive,
    ) {
        let slot = self.slot::<T>(topology, label);
        slot.stack().push(frame);
        if slot.drivers == 0 && !slot.is_waiting {
            slot.is_waiting = true;
            self.waiting.push((label, drive));
        }
    }

    /// The innermost loop that waits for the end of the event's code.
    #[inline]
    pub(crate) fn take_waiting(&mut self, topology: u32) -> Option<(u32, Drive)> {
        if self.waiting.is_empty() {
            return None;
        }
        let innermost = (0..self.waiting.len()).max_by_key(|at| self.waiting[*at].0)?;
        let (label, drive) = self.waiting.swap_remove(innermost);
        self.existing(topology, label).is_waiting = false;
        Some((label, drive))
    }

    /// A loop begins to run.
    pub(crate) fn begin(&mut self, topology: u32, label: u32) {
        self.existing(topology, label).drivers += 1;
    }

    /// A loop has run.
    pub(crate) fn end(&mut self, topology: u32, label: u32) {
        self.existing(topology, label).drivers -= 1;
    }

    fn existing(&mut self, topology: u32, label: u32) -> &mut LoopStack {
        self.by_topology[topology as usize][label as usize]
            .as_mut()
            .expect("a loop that runs or waits has a stack")
    }

    /// Forgets all iterations, after a panic.
    pub(crate) fn clear(&mut self) {
        drop_quietly(std::mem::take(self));
    }
}

impl LoopStack {
    #[inline]
    fn stack<T: Send + 'static>(&mut self) -> &mut Vec<T> {
        self.frames.downcast_mut().expect("a loop's stack has the type of its label's frames")
    }
}
