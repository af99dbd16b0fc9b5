//! Batches of frames between two tasks, and the outbox that gathers them.
//!
//! A batch is one ordered list of runs (label, n) over one typed column per label: nothing is boxed
//! or serialized per frame, and frames arrive in the order they were sent, across labels.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::column::{AnyColumn, Column};
use super::state::Origin;
use crate::dsl::{Label, StateTable};
use crate::exec::panic_message;

/// `n` frames in a row of one label.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) label: u32,
    pub(crate) n: u32,
    /// The depot record these frames come from; kept only when an attempt traces.
    pub(crate) origin: Option<Origin>,
}

/// Frames from one task to another, in sending order.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) runs: Vec<Run>,
    /// By label; a topology has few labels, so the gaps cost nothing.
    columns: Vec<Option<Box<dyn AnyColumn>>>,
    bytes: usize,
}

impl Batch {
    /// A batch of one frame.
    pub(crate) fn of<T>(label: Label<T>, frame: T, origin: Option<Origin>) -> Batch
    where
        T: serde::Serialize + Send + 'static,
    {
        let mut columns: Vec<Option<Box<dyn AnyColumn>>> = Vec::new();
        columns.resize_with(label.index as usize, || None);
        columns.push(Some(Box::new(Column::from(vec![frame]))));
        let runs = vec![Run { label: label.index, n: 1, origin }];
        Batch { runs, columns, bytes: size_of::<T>() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Estimated bytes of memory, for admission.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    fn push<T: 'static>(
        &mut self,
        states: &StateTable<'_>,
        label: Label<T>,
        (frame, key): (T, u64),
        origin: Option<Origin>,
    ) {
        let index = label.index as usize;
        if self.columns.len() <= index {
            self.columns.resize_with(index + 1, || None);
        }
        let column = self.columns[index].get_or_insert_with(|| states.new_column(label.index));
        let column = column
            .as_any_mut()
            .downcast_mut::<Column<T>>()
            .expect("a label's columns all come from its own state");
        if states.reached(label.index).any() {
            column.push_with_key(frame, key);
        } else {
            column.push(frame);
        }
        self.bytes += size_of::<T>();
        match self.runs.last_mut() {
            Some(run) if run.label == label.index && run.origin == origin => run.n += 1,
            _ => self.runs.push(Run { label: label.index, n: 1, origin }),
        }
    }

    /// The column of a label that one of the runs names.
    pub(crate) fn column(&mut self, label: u32) -> &mut dyn AnyColumn {
        self.columns[label as usize].as_deref_mut().expect("a run's label has a column")
    }

    /// The same batch after a journey through bytes, as between two processes.
    pub(crate) fn round_trip(mut self, states: &StateTable<'_>) -> Result<Batch, postcard::Error> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            if let Some(column) = column {
                let bytes = column.encode()?;
                *column = states.decode_column(index as u32, Some(&bytes))?;
            }
        }
        Ok(self)
    }

    /// [`round_trip`](Self::round_trip), or why a frame does not survive it.
    pub(crate) fn checked_round_trip(self, states: &StateTable<'_>) -> Result<Batch, String> {
        catch_unwind(AssertUnwindSafe(|| self.round_trip(states)))
            .map_err(panic_message)
            .and_then(|same| same.map_err(|error| error.to_string()))
            .map_err(|error| format!("a frame does not survive serialization: {error}"))
    }
}

/// So many batches of one topology are kept on a task.
const SPARES: usize = 16;
/// A batch of more bytes than this is not kept to be filled again.
const LARGEST_SPARE: usize = 1 << 18;

/// What one task has to send, by receiving task.
pub(crate) struct Outbox {
    batches: Vec<Batch>,
    /// Batches that were run to their end, by topology: their columns are typed by its labels, and
    /// filling them again allocates nothing.
    spares: Vec<Vec<Batch>>,
    /// Receivers with frames, in the order they got their first.
    touched: Vec<u32>,
}

impl Outbox {
    pub(crate) fn new(tasks: u32) -> Outbox {
        Outbox {
            batches: (0..tasks).map(|_| Batch::default()).collect(),
            spares: Vec::new(),
            touched: Vec::new(),
        }
    }

    pub(crate) fn push<T: 'static>(
        &mut self,
        (topology, states): (u32, &StateTable<'_>),
        (target, key): (u32, u64),
        label: Label<T>,
        frame: T,
        origin: Option<Origin>,
    ) {
        let batch = &mut self.batches[target as usize];
        if batch.is_empty() {
            self.touched.push(target);
            let spares = self.spares.get_mut(topology as usize);
            if let Some(spare) = spares.and_then(Vec::pop) {
                *batch = spare;
            }
        }
        batch.push(states, label, (frame, key), origin);
    }

    /// Keeps a batch of `topology` that was run to its end, to be filled again.
    pub(crate) fn recycle(&mut self, topology: u32, mut batch: Batch) {
        if batch.bytes > LARGEST_SPARE {
            return;
        }
        let topology = topology as usize;
        if self.spares.len() <= topology {
            self.spares.resize_with(topology + 1, Vec::new);
        }
        if self.spares[topology].len() < SPARES {
            batch.runs.clear();
            batch.bytes = 0;
            self.spares[topology].push(batch);
        }
    }

    /// Takes all batches, each with its receiver.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (u32, Batch)> + '_ {
        let batches = &mut self.batches;
        self.touched.drain(..).map(|target| (target, std::mem::take(&mut batches[target as usize])))
    }

    /// Takes the batch whose receiver got its first frame before the others.
    pub(crate) fn take_first(&mut self) -> Option<Batch> {
        if self.touched.is_empty() {
            return None;
        }
        Some(std::mem::take(&mut self.batches[self.touched.remove(0) as usize]))
    }

    /// Takes all frames, to be forgotten.
    pub(crate) fn take(&mut self) -> Outbox {
        let tasks = self.batches.len() as u32;
        std::mem::replace(self, Outbox::new(tasks))
    }
}
