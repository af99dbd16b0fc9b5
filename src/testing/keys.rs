//! Keys by the task that they live on.

use rama_paths::{Key, key_hash};

/// The keys 0, 1, 2, … that live on a task, in order and without end.
///
/// # Panics
///
/// When `num_tasks` is not a power of two, or `task` not below it.
///
/// ```
/// use rama::testing::keys_on_task;
///
/// // Two accounts on different tasks: a transfer between them has to hop.
/// let from = keys_on_task(0, 4).next().unwrap();
/// let to = keys_on_task(3, 4).next().unwrap();
/// assert_ne!(from, to);
/// assert_eq!(keys_on_task(0, 1).take(3).collect::<Vec<_>>(), [0, 1, 2]);
/// ```
pub fn keys_on_task(task: usize, num_tasks: usize) -> impl Iterator<Item = i64> {
    keys_on_task_among(0.., task, num_tasks)
}

/// Those of `candidates` that live on a task, in their order. The type of the keys must be that of the
/// PState's keys: equal numbers of different types live on different tasks.
///
/// # Panics
///
/// When `num_tasks` is not a power of two, or `task` not below it.
///
/// ```
/// use rama::testing::keys_on_task_among;
///
/// let names = (0..).map(|n| format!("user {n}"));
/// let on_task_1: Vec<String> = keys_on_task_among(names, 1, 2).take(10).collect();
/// assert!(on_task_1.iter().all(|name| rama::paths::key_hash(name).task(2) == 1));
/// ```
pub fn keys_on_task_among<K: Key>(
    candidates: impl IntoIterator<Item = K>,
    task: usize,
    num_tasks: usize,
) -> impl Iterator<Item = K> {
    assert!(num_tasks.is_power_of_two(), "the number of tasks is a power of two, not {num_tasks}");
    assert!(task < num_tasks, "there are tasks 0 to {}, not {task}", num_tasks - 1);
    candidates.into_iter().filter(move |key| key_hash(key).task(num_tasks as u32) as usize == task)
}
