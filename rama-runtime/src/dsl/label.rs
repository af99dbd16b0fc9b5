//! Labels and states: the continuations of a topology and the table that runs them.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use super::Cx;
use crate::task::{AnyColumn, Column, Event};

/// Names a continuation whose frame is a `T`.
///
/// A label is a small integer, the same in every process built from the same module.
pub struct Label<T> {
    pub(crate) index: u32,
    frame: PhantomData<fn(T)>,
}

impl<T> Label<T> {
    pub(crate) fn new(index: u32) -> Self {
        Label { index, frame: PhantomData }
    }
}

impl<T> Clone for Label<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Label<T> {}

impl<T> std::fmt::Debug for Label<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Label({})", self.index)
    }
}

/// Runs the next `n` frames of a column.
type RunColumn = Box<dyn Fn(&mut Event<'_>, &mut dyn AnyColumn, usize) + Send + Sync>;

/// Makes an empty column, or one from its serialized frames.
pub(crate) type NewColumn = fn(Option<&[u8]>) -> Result<Box<dyn AnyColumn>, postcard::Error>;

/// One continuation: how its frames are run, and how they travel.
pub(crate) struct State {
    run: Option<RunColumn>,
    new_column: Option<NewColumn>,
    /// An `Entry<O, T>`.
    entry: Box<dyn Any + Send + Sync>,
}

/// The typed body of a continuation, for entering it without a hop.
pub(crate) struct Entry<O, T>(pub(crate) Body<O, T>);

/// The code of a continuation.
type Body<O, T> = Box<dyn Fn(&mut Cx<'_, O>, T) + Send + Sync>;

impl State {
    /// A continuation that hops reach.
    pub(crate) fn carried<O, T, F>(new_column: NewColumn, body: F) -> State
    where
        O: 'static,
        T: 'static,
        F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 'static,
    {
        let body = Arc::new(body);
        let entry = Arc::clone(&body);
        let run: RunColumn = Box::new(move |event, column, n| {
            let column = column
                .as_any_mut()
                .downcast_mut::<Column<T>>()
                .expect("a label's columns all come from its own state");
            let mut cx = Cx::<O>::new(event);
            for _ in 0..n {
                let frame = column.next().expect("a run counts frames that its column holds");
                cx.begin_event();
                body(&mut cx, frame);
            }
        });
        State {
            run: Some(run),
            new_column: Some(new_column),
            entry: Box::new(Entry::<O, T>(Box::new(move |cx, frame| entry(cx, frame)))),
        }
    }

    /// A continuation that is only entered in step.
    pub(crate) fn in_step<O, T, F>(body: F) -> State
    where
        O: 'static,
        T: 'static,
        F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 'static,
    {
        State { run: None, new_column: None, entry: Box::new(Entry::<O, T>(Box::new(body))) }
    }
}

/// The continuations of one topology, by label.
pub(crate) struct StateTable {
    pub(crate) states: Vec<State>,
}

impl StateTable {
    /// Runs the next `n` frames of a column of label `index`.
    pub(crate) fn run(
        &self,
        event: &mut Event<'_>,
        index: u32,
        column: &mut dyn AnyColumn,
        n: usize,
    ) {
        let state = &self.states[index as usize];
        let run = state.run.as_ref().expect("only labels defined with `define` receive frames");
        run(event, column, n);
    }

    /// An empty column for label `index`.
    pub(crate) fn new_column(&self, index: u32) -> Box<dyn AnyColumn> {
        self.decode_column(index, None).expect("making an empty column decodes nothing")
    }

    /// A column of label `index` from what [`AnyColumn::encode`] wrote.
    pub(crate) fn decode_column(
        &self,
        index: u32,
        bytes: Option<&[u8]>,
    ) -> Result<Box<dyn AnyColumn>, postcard::Error> {
        let state = &self.states[index as usize];
        let new = state.new_column.expect("only labels defined with `define` receive frames");
        new(bytes)
    }

    /// The body behind a label.
    pub(crate) fn entry<O: 'static, T: 'static>(&self, label: Label<T>) -> &Entry<O, T> {
        self.states[label.index as usize]
            .entry
            .downcast_ref()
            .expect("a label is used with the frame type and topology it was made for")
    }
}
