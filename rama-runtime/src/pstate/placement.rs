//! On which task a PState's keys live.

use std::fmt;

use rama_paths::{Key, KeyBytes, KeyError, KeyHash};

/// A user's choice of a partition: the number of partitions, and an encoded key.
type Choose = Box<dyn Fn(usize, &KeyBytes) -> Result<usize, KeyError> + Send + Sync>;

/// How a PState's keys are spread over the tasks.
pub(crate) enum Placement {
    /// By the hash of the key.
    Hash,
    /// All on task 0.
    Global,
    /// By a function of the user's.
    By {
        /// The function's name, without its path.
        function: &'static str,
        choose: Choose,
    },
}

/// A key for which there is no task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// The user's function chose a partition that is not there.
    OutOfRange { function: &'static str, partition: usize },
    /// The key is not of the type of the PState's keys.
    NotAKey,
}

impl Placement {
    /// Placement by a function of keys of type `K`.
    pub(super) fn by<K: Key>(
        function: &'static str,
        choose: impl Fn(usize, &K) -> usize + Send + Sync + 'static,
    ) -> Placement {
        let choose = move |partitions: usize, key: &KeyBytes| {
            K::from_key_bytes(key).map(|key| choose(partitions, &key))
        };
        Placement::By { function, choose: Box::new(choose) }
    }

    /// The number of partitions in a module of `tasks` tasks.
    pub(crate) fn partitions(&self, tasks: u32) -> u32 {
        match self {
            Placement::Hash | Placement::By { .. } => tasks,
            Placement::Global => 1,
        }
    }

    /// The task of a key; none if there is no key and the key would decide.
    #[inline]
    pub(crate) fn task(&self, key: Option<&KeyHash>, tasks: u32) -> Result<Option<u32>, Misplaced> {
        match (self, key) {
            (Placement::Global, _) => Ok(Some(0)),
            (_, None) => Ok(None),
            (Placement::Hash, Some(key)) => Ok(Some(key.task(tasks))),
            (Placement::By { function, choose }, Some(key)) => {
                let partitions = tasks as usize;
                let partition = choose(partitions, key.key()).map_err(|_| Misplaced::NotAKey)?;
                if partition >= partitions {
                    return Err(Misplaced::OutOfRange { function, partition });
                }
                Ok(Some(partition as u32))
            }
        }
    }
}

impl fmt::Display for Placement {
    /// As the data directory keeps it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Placement::Hash => f.write_str("hash"),
            Placement::Global => f.write_str("global"),
            Placement::By { function, .. } => write!(f, "key_partitioner({function})"),
        }
    }
}

impl fmt::Debug for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Misplaced {
    /// The error in words.
    pub(crate) fn text(self, pstate: &str, tasks: u32) -> String {
        match self {
            Misplaced::OutOfRange { function, partition } => format!(
                "`{function}` chose partition {partition} of $${pstate}, which has partitions 0 to {}",
                tasks - 1
            ),
            Misplaced::NotAKey => {
                format!("the key is not of the type that $${pstate} has keys of")
            }
        }
    }
}
