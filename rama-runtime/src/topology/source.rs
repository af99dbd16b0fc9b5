//! Emission of depot records into a topology.

use std::marker::PhantomData;
use std::ops::Range;

use crate::depot::{AnyDepot, DepotRuntime};
use crate::dsl::Cx;
use crate::exec::StatementFailure;
use crate::task::{Event, LOOKAHEAD, Origin, Reached};

/// The code after `source>`, without its record type.
pub(crate) trait SourceRunner: Send + Sync {
    /// Runs the records at `offsets` of one partition, in order.
    fn run(&self, event: &mut Event<'_>, depot: &dyn AnyDepot, origin: Origin, offsets: Range<u64>);
}

struct TypedSource<O, T, F> {
    body: F,
    reached: Reached,
    types: PhantomData<fn() -> (O, T)>,
}

/// Wraps the code of a source of `T` records.
pub(crate) fn typed_source<O, T, F>(body: F) -> Box<dyn SourceRunner>
where
    O: 'static,
    T: 'static,
    F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 'static,
{
    Box::new(TypedSource::<O, T, F> { body, reached: Reached::default(), types: PhantomData })
}

impl<O, T, F> SourceRunner for TypedSource<O, T, F>
where
    O: 'static,
    T: 'static,
    F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 'static,
{
    fn run(
        &self,
        event: &mut Event<'_>,
        depot: &dyn AnyDepot,
        origin: Origin,
        offsets: Range<u64>,
    ) {
        let depot = depot
            .as_any()
            .downcast_ref::<DepotRuntime<T>>()
            .expect("a source's record type is its depot's");
        let (mut records, mut next) = (Vec::new(), offsets.start);
        while next < offsets.end {
            // No record and no statement is to blame if they cannot be read.
            event.task.origin = None;
            event.task.statement = "";
            let end = depot
                .read_some(origin.partition, next..offsets.end, &mut records)
                .unwrap_or_else(|error| {
                    let problem = format!("the depot's records cannot be read: {error}");
                    StatementFailure::raise(problem)
                });
            self.run_some(event, depot, Origin { offset: next, ..origin }, &mut records);
            next = end;
        }
    }
}

impl<O, T, F> TypedSource<O, T, F>
where
    O: 'static,
    T: 'static,
    F: Fn(&mut Cx<'_, O>, T) + Send + Sync + 'static,
{
    /// Runs some records, the first of which is at `origin`.
    fn run_some(
        &self,
        event: &mut Event<'_>,
        depot: &DepotRuntime<T>,
        origin: Origin,
        records: &mut Vec<T>,
    ) {
        let keys = if self.reached.any() { depot.keys(records) } else { Vec::new() };
        let mut keys = keys.chunks(LOOKAHEAD);
        event.begin_reaching();
        let mut cx = Cx::<O>::new(event);
        for (at, (record, offset)) in records.drain(..).zip(origin.offset..).enumerate() {
            if at.is_multiple_of(LOOKAHEAD) {
                cx.fetch_ahead(&self.reached, keys.next().unwrap_or_default());
            }
            cx.begin_record(Origin { offset, ..origin });
            (self.body)(&mut cx, record);
            cx.end_event();
        }
        event.note_reached(&self.reached);
    }
}
