//! Every form of the language in microbatch topologies, with boundaries inside: exact results on
//! several task counts, on threads and under seeds.
//!
//! Each file has a topology, or a few, that write rows under the name of a test; a topology runs
//! once on all clusters, and each test compares its own rows with what is computed here.
#![allow(deprecated, missing_docs, clippy::unwrap_used)]

#[path = "../common/forms.rs"]
mod forms;

mod anchors;
mod anonymous_operations;
mod blocks;
mod branches;
mod combined;
mod failure;
mod loops;
mod nested;
mod operations;
mod order;
mod partitioners;
mod recursion;
mod scopes;
mod selects;

use std::collections::BTreeMap;
use std::fmt::Debug;

use rama::{AckLevel, Depot, Microbatch, Module, PMap, PState, Record};

/// How often each row of each test was written.
pub type Rows = PMap<(String, String), i64>;

/// The key of a row: the test that it is of, and what it says.
pub fn row(test: &str, value: impl Debug) -> (String, String) {
    (test.to_owned(), format!("{value:?}"))
}

/// What a topology did on one cluster.
pub struct Run {
    pub tasks: usize,
    /// By task, name of the test, and row.
    rows: BTreeMap<(usize, (String, String)), i64>,
}

/// What a topology did on all clusters, or why it did not.
pub type Runs = Result<Vec<Run>, String>;

impl Run {
    /// The rows of a test, wherever they are, and how often each was written.
    pub fn rows_of(&self, test: &str) -> BTreeMap<&str, i64> {
        let mut found: BTreeMap<&str, i64> = BTreeMap::new();
        for ((_, (name, row)), count) in &self.rows {
            if name == test {
                *found.entry(row).or_default() += count;
            }
        }
        found
    }
}

/// Runs a topology on all clusters.
pub fn run<M: Module, T: Record, O: 'static>(
    module: impl Fn() -> M,
    depot: Depot<M, T>,
    topology: Microbatch<M, O>,
    out: PState<O, Rows>,
    records: impl IntoIterator<Item = T>,
) -> Runs {
    run_phases(module, depot, topology, out, [records.into_iter().collect()])
}

/// As [`run`]; the records of each phase are processed before the next ones are appended.
pub fn run_phases<M: Module, T: Record, O: 'static>(
    module: impl Fn() -> M,
    depot: Depot<M, T>,
    topology: Microbatch<M, O>,
    out: PState<O, Rows>,
    phases: impl IntoIterator<Item = Vec<T>>,
) -> Runs {
    let phases: Vec<Vec<T>> = phases.into_iter().collect();
    let mut runs = Ok(Vec::new());
    forms::on_clusters(|cluster, tasks, threads| {
        let Ok(done) = &mut runs else { return };
        cluster.launch(module(), tasks, threads).unwrap();
        let depot = cluster.depot(depot);
        let mut count = 0;
        for records in &phases {
            for record in records {
                depot.append_with(record.clone(), AckLevel::None).unwrap();
                count += 1;
            }
            if let Err(error) = cluster.wait_for_microbatch_processed_count(topology, count) {
                runs = Err(format!("on {tasks} tasks: {error}"));
                return;
            }
        }
        done.push(Run { tasks, rows: forms::rows(cluster, out) });
    });
    runs
}

/// Compares the rows of a test with what they should be, wherever they are.
#[track_caller]
pub fn check<T: Debug>(runs: &Runs, test: &str, expected: impl IntoIterator<Item = T>) {
    let expected: Vec<String> = expected.into_iter().map(|row| format!("{row:?}")).collect();
    check_by(runs, test, |_| expected.clone());
}

/// As [`check`], of rows that depend on the number of tasks; these are already texts.
#[track_caller]
pub fn check_by(runs: &Runs, test: &str, expected: impl Fn(usize) -> Vec<String>) {
    let runs = runs.as_ref().unwrap();
    assert_eq!(runs.len(), 25, "not all clusters ran");
    for run in runs {
        let texts = expected(run.tasks);
        let mut counted: BTreeMap<&str, i64> = BTreeMap::new();
        for row in &texts {
            *counted.entry(row).or_default() += 1;
        }
        assert!(!counted.is_empty(), "nothing is expected");
        let found = run.rows_of(test);
        assert_eq!(found, counted, "on {} tasks: what was found, and what was expected", run.tasks);
    }
}

/// Rows as texts, for [`check_by`].
pub fn texts<T: Debug>(rows: impl IntoIterator<Item = T>) -> Vec<String> {
    rows.into_iter().map(|row| format!("{row:?}")).collect()
}
