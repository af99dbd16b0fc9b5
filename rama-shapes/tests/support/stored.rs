//! A partition beside its model: attempts committed and discarded, commits that become visible
//! later, deltas replayed, pinned positions, checkpoints, and opening over one.

use std::sync::Arc;

use fastrand::Rng;
use rama::paths::{Horizon, Pin};
use rama_shapes::data::{self, Args};
use rama_shapes::interpret::{self, Top};
use rama_shapes::path::{Read, Shape};
use rama_shapes::suite::OPERATIONS;

use super::backing::Rows;
use super::compiled::{Stored, View};
use super::fault;
use super::same::{
    Content, nothing, row_count, same_content, same_found, same_one, same_outcome, same_rows,
};

/// After how many operations everything is compared.
const COMPARED: usize = 4;

struct Checkpoint {
    position: u64,
    counter: u64,
    rows: Arc<Rows>,
}

/// A run of one shape.
struct Trial<'s> {
    shape: &'s Shape,
    rng: Rng,
    horizon: Arc<Horizon>,
    stored: Box<dyn Stored>,
    /// What gets every delta.
    replica: Box<dyn Stored>,
    live: Content,
    /// The delta and the content behind each commit; the position is its place, from 1 on.
    commits: Vec<(Vec<u8>, Content)>,
    pins: Vec<(Pin, Content)>,
    /// A checkpoint that is not written yet: its position and counter.
    frozen: Option<(u64, u64)>,
    checkpoint: Checkpoint,
}

/// Runs random operations on a partition; says what was not as in the model.
pub fn run(shape: &Shape, stored: &dyn Stored) -> Result<(), String> {
    let mut rng = Rng::with_seed(shape.seed);
    let horizon = Arc::new(Horizon::new(0, rng.usize(0..3_000)));
    let mut trial = Trial {
        shape,
        stored: stored.empty(Arc::clone(&horizon)),
        replica: stored.empty(Arc::new(Horizon::new(0, usize::MAX))),
        horizon,
        rng,
        live: nothing(&shape.schema),
        commits: Vec::new(),
        pins: Vec::new(),
        frozen: None,
        checkpoint: Checkpoint { position: 0, counter: 1, rows: Arc::default() },
    };
    for operation in 0..OPERATIONS {
        trial
            .step(operation)
            .map_err(|what| format!("operation {operation} on a partition: {what}"))?;
    }
    trial.finish().map_err(|what| format!("at the end: {what}"))
}

impl Trial<'_> {
    fn step(&mut self, operation: usize) -> Result<(), String> {
        match self.rng.u32(0..100) {
            0..45 => self.write()?,
            45..80 => self.read()?,
            80..83 => self.discard(),
            83..90 => self.commit()?,
            90..92 => {
                let pin = self.stored.pin();
                let content = self.content_at(pin.position());
                self.pins.push((pin, content));
            }
            92..95 if !self.pins.is_empty() => {
                let at = self.rng.usize(0..self.pins.len());
                drop(self.pins.swap_remove(at));
            }
            95..98 => self.checkpoint()?,
            98 => self.reopen()?,
            _ => self.publish(),
        }
        if operation.is_multiple_of(COMPARED) { self.compare() } else { Ok(()) }
    }

    fn content_at(&self, position: u64) -> Content {
        let commit = (position as usize).checked_sub(1).map(|at| &self.commits[at]);
        commit.map_or_else(|| nothing(&self.shape.schema), |(_, content)| content.clone())
    }

    fn sealed(&self) -> u64 {
        self.commits.len() as u64
    }

    fn write(&mut self) -> Result<(), String> {
        let at = self.rng.usize(0..self.shape.writes.len());
        let transform = &self.shape.writes[at];
        let args = data::args(&mut self.rng, &transform.params);
        let expected = interpret::transform(&transform.write, self.live.as_ref(), &args);
        let done = self.stored.transform(at, &args).map_err(fault);
        let before = self.live.clone();
        let what = |what: String| format!("write {at} with {args:?} of {before:?}: {what}");
        same_outcome(transform, &done, &expected).map_err(what)?;
        match expected {
            Err(_) => self.discard(),
            Ok(Top::Kept) => {}
            Ok(Top::Holds(content)) => self.live = content,
        }
        let found = self.stored.content(View::Owner);
        same_content(&self.shape.schema, found, &self.live).map_err(what)
    }

    fn read(&mut self) -> Result<(), String> {
        let at = self.rng.usize(0..self.shape.reads.len());
        let read = &self.shape.reads[at];
        let args = data::args(&mut self.rng, &read.params);
        let newest = self.content_at(self.sealed());
        let visible = self.content_at(self.horizon.visible());
        let mut views =
            vec![(View::Owner, &self.live), (View::Other, &newest), (View::Committed, &visible)];
        views.extend(self.pins.iter().map(|(pin, content)| (View::Pinned(pin), content)));
        for (view, content) in views {
            self.read_from(read, at, &args, view, content)
                .map_err(|what| format!("read {at} with {args:?} of {content:?}: {what}"))?;
        }
        Ok(())
    }

    fn read_from(
        &self,
        read: &Read,
        at: usize,
        args: &Args,
        view: View<'_>,
        content: &Content,
    ) -> Result<(), String> {
        let found = self.stored.select(at, view, args);
        let expected = interpret::select(read, content.as_ref(), args);
        same_one(read, found.one, &expected)?;
        same_found(read, found.all, expected)
    }

    fn discard(&mut self) {
        self.stored.partition_mut().discard();
        self.live = self.content_at(self.sealed());
    }

    fn commit(&mut self) -> Result<(), String> {
        let mut delta = Vec::new();
        self.stored.partition().encode_delta(&mut delta).map_err(|error| error.to_string())?;
        self.commits.push((delta.clone(), self.live.clone()));
        let position = self.sealed();
        self.stored.partition_mut().seal(position);
        let replica = self.replica.partition_mut();
        replica
            .replay(&delta, position)
            .map_err(|error| format!("the delta does not replay: {error}"))?;
        replica.fold(position);
        if self.rng.u32(0..3) > 0 {
            self.publish();
        }
        Ok(())
    }

    /// Makes commits visible, and folds.
    fn publish(&mut self) {
        let count = self.rng.u64(1..4);
        let to = self.sealed().min(self.horizon.visible() + count);
        self.horizon.advance(to);
        self.stored.partition_mut().fold(to);
    }

    /// Freezes, or writes what is frozen.
    fn checkpoint(&mut self) -> Result<(), String> {
        let Some((position, counter)) = self.frozen.take() else {
            let position = self.horizon.visible();
            if self.stored.partition_mut().fold(position) {
                self.frozen = Some((position, self.stored.partition_mut().freeze()));
            }
            return Ok(());
        };
        let rows = Arc::new(self.checkpoint.rows.with_frozen(self.stored.partition()));
        let expected = row_count(&self.shape.schema, self.content_at(position).as_ref());
        self.stored.partition().rows().finish(Arc::clone(&rows) as Arc<_>);
        let found = rows.count();
        self.checkpoint = Checkpoint { position, counter, rows };
        same_rows(found, expected, "in the checkpoint")
    }

    /// The process dies; everything sealed was durable.
    fn reopen(&mut self) -> Result<(), String> {
        self.pins.clear();
        self.frozen = None;
        let Checkpoint { position, counter, rows } = &self.checkpoint;
        self.horizon = Arc::new(Horizon::new(*position, self.rng.usize(0..3_000)));
        self.stored = self.stored.empty(Arc::clone(&self.horizon));
        let partition = self.stored.partition_mut();
        partition.attach(Arc::clone(rows) as Arc<_>, *counter);
        for (at, (delta, _)) in (1..).zip(&self.commits).skip(*position as usize) {
            partition.replay(delta, at).map_err(|error| error.to_string())?;
            self.horizon.advance(at);
            partition.fold(at);
        }
        self.live = self.content_at(self.sealed());
        self.compare()
    }

    fn compare(&self) -> Result<(), String> {
        let schema = &self.shape.schema;
        let visible = self.content_at(self.horizon.visible());
        same_content(schema, self.stored.content(View::Owner), &self.live)?;
        same_content(schema, self.stored.content(View::Committed), &visible)
            .map_err(|what| format!("what is visible: {what}"))?;
        for (pin, content) in &self.pins {
            same_content(schema, self.stored.content(View::Pinned(pin)), content)
                .map_err(|what| format!("as of {}: {what}", pin.position()))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        self.pins.clear();
        self.commit()?;
        let to = self.sealed();
        self.horizon.advance(to);
        self.stored.partition_mut().fold(to);
        let schema = &self.shape.schema;
        same_content(schema, self.replica.content(View::Owner), &self.live)
            .map_err(|what| format!("the replica: {what}"))?;
        let expected = row_count(schema, self.live.as_ref());
        let replica = self.replica.partition().row_count().map_err(|error| error.to_string())?;
        same_rows(replica, expected, "in the replica")?;
        // Rows of dropped structures wait in the checkpoint for the next one.
        while self.checkpoint.position < to {
            self.checkpoint()?;
        }
        self.reopen()?;
        let rows = self.stored.partition().row_count().map_err(|error| error.to_string())?;
        same_rows(rows, expected, "in the partition opened again")
    }
}
