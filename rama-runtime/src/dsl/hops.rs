//! Partitioners: where the rest of the code goes on, and the frames that go there.

use rama_paths::{Key, KeyHash, key_hash};

use super::{Cx, Label};
use crate::exec::StatementFailure;
use crate::pstate::{IsGlobal, PState};

/// The task that frames go to. Targets are equal if the task is the same.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    task: u32,
    /// [`KeyHash::rows`] of the key whose task it is; zero if it was not chosen by a key.
    key: u64,
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.task == other.task
    }
}

impl Eq for Target {}

impl Target {
    fn at(task: u32) -> Target {
        Target { task, key: 0 }
    }

    fn of_key(task: u32, key: &KeyHash) -> Target {
        Target { task, key: key.rows() }
    }
}

impl<O: 'static> Cx<'_, O> {
    /// The number of tasks of the module.
    #[inline]
    pub fn num_tasks(&self) -> usize {
        self.event.task.module.tasks as usize
    }

    /// `|hash`: the task of a key.
    #[inline]
    pub fn hash<K: Key>(&self, key: &K) -> Target {
        self.hash_in(self.num_tasks(), key)
    }

    /// `|hash` over `parts` partitions: the one of a key.
    ///
    /// # Panics
    ///
    /// When `parts` is not a power of two.
    #[inline]
    pub fn hash_in<K: Key>(&self, parts: usize, key: &K) -> Target {
        let key = key_hash(key);
        Target::of_key(key.task(parts as u32), &key)
    }

    /// `select>` and `|path`: the task of a key of a PState. A key for which there is none fails the
    /// attempt.
    #[inline]
    pub fn home<P, S, D, K: Key>(&self, pstate: PState<P, S, D>, key: &K) -> Target {
        let module = &*self.event.task.module;
        let key = key_hash(key);
        match module.pstates.get(pstate.index as usize) {
            None => Target::of_key(key.task(module.tasks), &key),
            Some(placed) => match placed.placement.task(Some(&key), module.tasks) {
                Ok(task) => Target::of_key(task.unwrap_or(0), &key),
                Err(misplaced) => misplaced_key(&misplaced.text(placed.name, module.tasks)),
            },
        }
    }

    /// `select>` and `|path` without a leading key: the task of a global PState.
    #[inline]
    pub fn home_of_global<P, S, D: IsGlobal>(&self, _: PState<P, S, D>) -> Target {
        Target::at(0)
    }

    /// `|global`: task 0.
    #[inline]
    pub fn global(&self) -> Target {
        Target::at(0)
    }

    /// This task.
    #[inline]
    pub fn here(&self) -> Target {
        Target::at(self.event.task.id)
    }

    /// `|direct`: the given task. An id that is not below the number of tasks fails the attempt.
    #[inline]
    pub fn direct(&self, task: usize) -> Target {
        self.direct_in(self.num_tasks(), task)
    }

    /// `|direct` over `parts` partitions. A number that is not below it fails the attempt.
    #[inline]
    pub fn direct_in(&self, parts: usize, task: usize) -> Target {
        if task >= parts {
            out_of_range("direct", parts, task);
        }
        Target::at(task as u32)
    }

    /// `|custom`: the task that the user's function chose. An id that is not below the number of
    /// tasks fails the attempt.
    #[inline]
    pub fn custom(&self, partition: usize) -> Target {
        self.custom_in(self.num_tasks(), partition)
    }

    /// `|custom` over `parts` partitions. A number that is not below it fails the attempt.
    #[inline]
    pub fn custom_in(&self, parts: usize, partition: usize) -> Target {
        if partition >= parts {
            out_of_range("custom", parts, partition);
        }
        Target::at(partition as u32)
    }

    /// `|shuffle`: tasks in a random order, none of them twice before all had their turn. Each task
    /// has an order of its own.
    pub fn shuffle(&mut self) -> Target {
        let task = &mut *self.event.task;
        if task.shuffled.is_empty() {
            task.shuffled.extend(0..task.module.tasks);
            task.random.shuffle(&mut task.shuffled);
        }
        Target::at(task.shuffled.pop().unwrap_or(task.id))
    }

    /// Sends a frame; it is run on the target task after this event, behind all frames that this
    /// task sent there before.
    #[inline]
    pub fn send<T: 'static>(&mut self, target: Target, label: Label<T>, frame: T) {
        if label.is_nowhere() {
            return;
        }
        self.count_frame();
        let task = &mut *self.event.task;
        let origin = if task.trace { task.origin } else { None };
        let from = (self.event.topology, self.event.states);
        task.outbox.push(from, (target.task, target.key), label, frame, origin);
    }

    /// Fails the event if it sends more frames than it may.
    #[inline]
    pub(super) fn count_frame(&mut self) {
        let task = &mut *self.event.task;
        task.sent += 1;
        if task.sent > task.module.fan_out_limit {
            too_many_frames(task.module.fan_out_limit);
        }
    }

    /// `|all`: sends a copy of a frame to every task, this one included.
    #[inline]
    pub fn send_all<T: Clone + 'static>(&mut self, label: Label<T>, frame: T) {
        self.send_all_in(self.num_tasks(), label, frame);
    }

    /// `|all` over `parts` partitions: sends a copy of a frame to each of the tasks that have one.
    #[inline]
    pub fn send_all_in<T: Clone + 'static>(&mut self, parts: usize, label: Label<T>, frame: T) {
        for task in 1..parts as u32 {
            self.send(Target::at(task), label, frame.clone());
        }
        self.send(Target::at(0), label, frame);
    }
}

#[cold]
fn out_of_range(partitioner: &str, parts: usize, chosen: usize) -> ! {
    StatementFailure::raise(format!(
        "`|{partitioner}` to task {chosen}, but the module has tasks 0 to {}",
        parts - 1
    ))
}

#[cold]
fn misplaced_key(text: &str) -> ! {
    StatementFailure::raise(text.to_owned())
}

#[cold]
fn too_many_frames(limit: usize) -> ! {
    StatementFailure::raise(format!("one event sent more than {limit} frames"))
}
