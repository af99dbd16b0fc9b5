//! What generated code can do, in the form that the macro gives it.

mod async_calls;
mod cluster;
mod context;
mod erased;
mod loops;
mod reach;
mod stand_alone;

use std::sync::Arc;

use super::{Cx, StandAloneOwner, StateTable, TopologyBuilder};
use crate::task::{Event, ModuleFacts, TaskState};

/// Task `id` of `tasks`.
fn task(id: u32, tasks: u32) -> TaskState {
    let facts = ModuleFacts { tasks, ..ModuleFacts::stand_alone() };
    TaskState::new(id, Vec::new(), Arc::new(facts))
}

/// The continuations that `define` defines, and the labels it returns.
fn states<'s, L>(
    define: impl FnOnce(&mut TopologyBuilder<'s, StandAloneOwner>) -> L,
) -> (StateTable<'s>, L) {
    let mut builder = TopologyBuilder::new(0);
    let labels = define(&mut builder);
    builder.states.check();
    (builder.states, labels)
}

/// Runs `body` as one event of a task.
fn event<R>(
    task: &mut TaskState,
    states: &StateTable<'_>,
    body: impl FnOnce(&mut Cx<'_, StandAloneOwner>) -> R,
) -> R {
    task.begin_batch();
    let mut event = Event { task, states, topology: 0 };
    let mut cx = Cx::new(&mut event);
    cx.begin_event();
    let result = body(&mut cx);
    cx.end_event();
    result
}

/// The message with which `body` fails.
fn failure(body: impl FnOnce()) -> String {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
    crate::exec::panic_message(result.expect_err("it fails"))
}
