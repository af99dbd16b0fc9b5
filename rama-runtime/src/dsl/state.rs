//! States: the continuations of a topology, and the table that runs them by label.

use std::any::Any;
use std::sync::Arc;

use super::carried::{Carried, Resume};
use super::label::is_nowhere;
use super::{Cx, Label};
use crate::exec::StatementFailure;
use crate::task::{AnyColumn, Column, Event, LOOKAHEAD, Reached};

/// Runs the next `n` frames of a column; the last is what the code has reached so far.
type RunColumn<'s> =
    Box<dyn Fn(&mut Event<'_>, &mut dyn AnyColumn, usize, &Reached) + Send + Sync + 's>;

/// Runs one frame; the `dyn Any` is an `Option<T>` that holds it. So entering boxes nothing.
type Enter<'s> = Box<dyn Fn(&mut Event<'_>, &mut dyn Any) + Send + Sync + 's>;

/// Runs an anonymous function: the `dyn Any` is its `Call`.
pub(super) type Apply<'s> = Box<dyn Fn(&mut Event<'_>, &mut dyn Any, &Carried) + Send + Sync + 's>;

/// Makes an empty column, or one from its serialized frames.
pub(crate) type NewColumn = fn(Option<&[u8]>) -> Result<Box<dyn AnyColumn>, postcard::Error>;

/// What stands behind a label.
pub(super) enum Body<'s> {
    /// A continuation that is only entered in step.
    InStep { enter: Enter<'s> },
    /// A continuation that hops reach, too.
    Carried { enter: Enter<'s>, run: RunColumn<'s>, new_column: NewColumn },
    /// An anonymous function.
    Function { apply: Apply<'s> },
}

/// One label and what stands behind it.
struct State<'s> {
    name: &'static str,
    body: Option<Body<'s>>,
    /// What the frames that hopped here have reached.
    reached: Reached,
    /// How a frame whose type the sender does not know gets here.
    resume: Option<Resume>,
}

impl<'s> Body<'s> {
    /// A continuation that hops reach.
    pub(super) fn carried<O, T, F>(new_column: NewColumn, body: F) -> Body<'s>
    where
        O: 'static,
        T: 'static,
        F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 's,
    {
        let body = Arc::new(body);
        let entered = Arc::clone(&body);
        let run: RunColumn<'s> = Box::new(move |event, column, n, reached| {
            let column = column
                .as_any_mut()
                .downcast_mut::<Column<T>>()
                .expect("a label's columns all come from its own state");
            event.begin_reaching();
            let mut cx = Cx::<O>::new(event);
            for at in 0..n {
                if at.is_multiple_of(LOOKAHEAD) {
                    cx.fetch_ahead(reached, column.keys(LOOKAHEAD.min(n - at)));
                }
                let frame = column.next().expect("a run counts frames that its column holds");
                cx.begin_event();
                body(&mut cx, frame);
                cx.end_event();
            }
            event.note_reached(reached);
        });
        let enter: Enter<'s> =
            Box::new(move |event, frame| entered(&mut Cx::new(event), take(frame)));
        Body::Carried { enter, run, new_column }
    }

    /// A continuation that is only entered in step.
    pub(super) fn in_step<O, T, F>(body: F) -> Body<'s>
    where
        O: 'static,
        T: 'static,
        F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 's,
    {
        let enter: Enter<'s> = Box::new(move |event, frame| body(&mut Cx::new(event), take(frame)));
        Body::InStep { enter }
    }
}

/// Takes what a caller passed as an `Option<T>`.
#[inline]
pub(super) fn take<T: 'static>(slot: &mut dyn Any) -> T {
    slot.downcast_mut::<Option<T>>()
        .and_then(Option::take)
        .expect("a label is used with the frame type it was made for")
}

/// Continuations that are entered within each other may take so many bytes of the Rust stack, half of
/// what a thread has: an operation that calls itself without end fails its event, not the process.
const STACK_LIMIT: usize = 1 << 20;

#[cold]
fn too_deep() -> ! {
    StatementFailure::raise(format!(
        "operations called each other within one event until they took {STACK_LIMIT} bytes of \
         stack; `loop<-` repeats without nesting, and a partitioner begins another event"
    ))
}

/// The continuations of one topology, by label.
#[derive(Default)]
pub(crate) struct StateTable<'s> {
    states: Vec<State<'s>>,
}

impl<'s> StateTable<'s> {
    /// The index of a new label.
    pub(super) fn add(&mut self, name: &'static str) -> u32 {
        let index = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        assert!(!is_nowhere(index), "a topology has fewer than 2^32 - 1 labels");
        self.states.push(State { name, body: None, reached: Reached::default(), resume: None });
        index
    }

    /// Defines what stands behind a label.
    pub(super) fn define(&mut self, index: u32, body: Body<'s>) {
        let state = &mut self.states[index as usize];
        assert!(state.body.is_none(), "continuation `{}` is defined twice", state.name);
        state.body = Some(body);
    }

    /// Says how a frame whose type the sender does not know gets to a label.
    pub(super) fn set_resume(&mut self, index: u32, resume: Resume) {
        self.states[index as usize].resume = Some(resume);
    }

    /// Panics if a label has nothing behind it.
    pub(super) fn check(&self) {
        if let Some(state) = self.states.iter().find(|state| state.body.is_none()) {
            panic!("continuation `{}` was never defined", state.name);
        }
    }

    fn state(&self, index: u32) -> &State<'s> {
        self.states.get(index as usize).expect("a label belongs to the topology that made it")
    }

    fn body(&self, index: u32) -> &Body<'s> {
        self.state(index).body.as_ref().expect("all labels are defined before anything runs")
    }

    /// Whether frames may come to any label in a batch: from a partitioner, or an asynchronous call.
    pub(crate) fn has_hops(&self) -> bool {
        self.states.iter().any(|state| matches!(state.body, Some(Body::Carried { .. })))
    }

    /// What the frames that hopped to a label have reached.
    #[inline]
    pub(crate) fn reached(&self, index: u32) -> &Reached {
        &self.state(index).reached
    }

    /// Runs one frame at once; `frame` is an `Option<T>` that holds it.
    #[inline]
    pub(crate) fn enter(&self, event: &mut Event<'_>, index: u32, frame: &mut dyn Any) {
        if event.task.stack_taken() > STACK_LIMIT {
            too_deep();
        }
        match self.body(index) {
            Body::InStep { enter } | Body::Carried { enter, .. } => enter(event, frame),
            Body::Function { .. } => panic!("an anonymous function is called, not entered"),
        }
    }

    /// Calls an anonymous function.
    pub(super) fn apply(
        &self,
        event: &mut Event<'_>,
        index: u32,
        call: &mut dyn Any,
        captures: &Carried,
    ) {
        match self.body(index) {
            Body::Function { apply } => apply(event, call, captures),
            _ => panic!("a continuation is entered, not called"),
        }
    }

    /// How a frame whose type the sender does not know gets to a label.
    pub(super) fn resume(&self, index: u32) -> Resume {
        self.state(index)
            .resume
            .expect("a label is registered before values of it are made: `returns`, `operation`")
    }

    /// Runs the next `n` frames of a column of label `index`.
    pub(crate) fn run(
        &self,
        event: &mut Event<'_>,
        index: u32,
        column: &mut dyn AnyColumn,
        n: usize,
    ) {
        match self.body(index) {
            Body::Carried { run, .. } => run(event, column, n, self.reached(index)),
            _ => panic!("only labels defined with `define` receive frames"),
        }
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
        match self.body(index) {
            Body::Carried { new_column, .. } => new_column(bytes),
            _ => panic!("only labels defined with `define` receive frames"),
        }
    }
}

impl<T> Label<T> {
    /// Runs one frame at once.
    #[inline]
    pub(super) fn enter(self, event: &mut Event<'_>, frame: T)
    where
        T: 'static,
    {
        if !self.is_nowhere() {
            let states = event.states;
            states.enter(event, self.index, &mut Some(frame));
        }
    }
}
