//! `yielding_select>`: what a select found, emitted over many events.

use std::collections::VecDeque;

use rama_paths::SelectPath;

use super::{Cx, Label};

/// After so many values it is asked whether others should run first.
const PAGE: usize = 64;

impl<O: 'static> Cx<'_, O> {
    /// What a path leads to, as of now.
    pub fn select_pages<P>(&mut self, path: P) -> VecDeque<P::Value>
    where
        P: SelectPath<Owner: 'static>,
    {
        self.local_select(path).collect()
    }

    /// Runs the continuation `to` for each of `values`; when the event has run past its target time
    /// the others follow in later events of this task.
    pub fn emit_pages<T: 'static, E: Clone + 'static>(
        &mut self,
        mut values: VecDeque<T>,
        carried: E,
        again: Label<(VecDeque<T>, E)>,
        to: Label<(T, E)>,
    ) {
        let mut emitted = 0;
        while let Some(value) = values.pop_front() {
            self.enter(to, (value, carried.clone()));
            emitted += 1;
            if emitted % PAGE == 0 && !values.is_empty() && self.overtime() {
                let here = self.here();
                self.send(here, again, (values, carried));
                return;
            }
        }
    }
}
