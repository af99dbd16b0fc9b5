//! `each_async>`: calls whose result comes later, while other events of the task run.

use std::fmt::Display;
use std::future::Future;

use rama_paths::Record;

use super::{Cx, Label, TopologyBuilder};
use crate::task::{AsyncCall, Batch, CallSite};

/// What the code of `each_async>` delivers in the end.
#[diagnostic::on_unimplemented(
    message = "the code of `each_async>` delivers a `Result`, and this delivers `{Self}`",
    label = "delivers `{Self}`",
    note = "write `Ok::<_, String>(…)` around what cannot fail; an `Err` fails the attempt, which is tried again"
)]
pub trait Delivery {
    /// What it emits.
    type Value: Record;
    /// What fails the attempt.
    type Error: Display;

    /// The result itself.
    ///
    /// # Errors
    ///
    /// The code's own.
    fn into_result(self) -> Result<Self::Value, Self::Error>;
}

impl<T: Record, E: Display> Delivery for Result<T, E> {
    type Value = T;
    type Error = E;

    fn into_result(self) -> Result<T, E> {
        self
    }
}

impl<O: 'static> TopologyBuilder<'_, O> {
    /// Says that code of this topology makes asynchronous calls. Each attempt at a microbatch of it
    /// begins only when its plan is durable: what calls have done outside is done, and after a crash
    /// the same microbatch must have the same records.
    pub fn has_async_calls(&mut self) {
        self.async_calls = true;
    }
}

impl<O: 'static> Cx<'_, O> {
    /// `each_async>`: runs a future beside the task's events. When it delivers `Ok(value)`, the
    /// continuation `label` runs on this task with that and `carried`, in an event of its own. Calls
    /// run at the same time and end in any order; other events run meanwhile.
    ///
    /// `Err` fails the attempt with the error's text, and so does a panic of the future. A failed
    /// attempt's calls are cancelled: their futures are dropped and deliver nothing, though what they
    /// had begun outside may still happen. The next attempt calls again, and so does the first one
    /// after a crash. So a call is made at least once, and may be made several times;
    /// `%current_microbatch_id()` is the same each time, and stands for the same records.
    ///
    /// A microbatch is committed only when all its calls have ended. One that never ends holds its
    /// topology up, and the log grows: give calls a timeout.
    ///
    /// A future runs on a thread that all calls share, unless the cluster has a
    /// [spawner](crate::cluster::ClusterBuilder::spawner): it must not block. At most
    /// [so many](crate::cluster::ClusterBuilder::async_calls_limit) of a task run at once, the others
    /// wait in order; so a call must not wait for what a later one does.
    ///
    /// In a stand-alone block the thread that runs the block polls the futures, and sleeps when there
    /// is nothing else to do. An error is a panic with its text.
    ///
    /// The topology has to [say](TopologyBuilder::has_async_calls) that it makes calls.
    pub fn each_async<F, C>(
        &mut self,
        future: F,
        label: Label<(<F::Output as Delivery>::Value, C)>,
        carried: C,
    ) where
        F: Future<Output: Delivery> + Send + 'static,
        C: Record,
    {
        self.count_frame();
        let task = &mut *self.event.task;
        let origin = task.origin;
        let carried_origin = if task.trace { origin } else { None };
        let future = async move {
            match future.await.into_result() {
                Ok(_) if label.is_nowhere() => Ok(Batch::default()),
                Ok(value) => Ok(Batch::of(label, (value, carried), carried_origin)),
                Err(error) => Err(error.to_string()),
            }
        };
        let site = CallSite { statement: task.statement, location: task.location, origin };
        task.calls.push(AsyncCall { future: Box::pin(future), site });
    }
}
