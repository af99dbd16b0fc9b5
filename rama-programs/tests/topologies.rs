//! Topologies drawn from seeds put out what the interpreter puts out, on clusters of several sizes.
#![allow(unused, deprecated, clippy::all, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use rama::disk::MemDisk;
use rama::paths::key_hash;
use rama::{AckLevel, Depot, InProcessCluster, Microbatch, Module, PMap, PState, defmodule};
use rama_programs::ast::{Kind, Program};
use rama_programs::value::Value;
use rama_programs::{print, suite};

use support::{Input, Shape, appended, input, row, total, variable, weight};

/// Rows, and how often each was put out.
pub type Rows = BTreeMap<String, i64>;

/// A cluster that runs a module over the inputs.
pub struct Cluster {
    cluster: InProcessCluster,
    tasks: u32,
}

impl Cluster {
    fn launch<M: Module>(&self, module: M, inputs: Depot<M, Input>) {
        let tasks = self.tasks as usize;
        self.cluster.launch(module, tasks, tasks.min(2)).unwrap();
        let depot = self.cluster.depot(inputs);
        for record in suite::records() {
            depot.append_with(input(&record, self.tasks), AckLevel::None).unwrap();
        }
    }

    fn rows<M: Module, O: 'static>(
        &self,
        topology: Microbatch<M, O>,
        out: PState<O, PMap<String, i64>>,
    ) -> Rows {
        let count = suite::INPUTS as u64;
        self.cluster.wait_for_microbatch_processed_count(topology, count).unwrap();
        let client = self.cluster.pstate(out);
        let mut all = Rows::new();
        for task in 0..self.tasks as usize {
            for (row, count) in client.at_task(task).select(|p| p.all()).unwrap() {
                *all.entry(row).or_default() += count;
            }
        }
        all
    }
}

include!(concat!(env!("OUT_DIR"), "/topologies.rs"));

/// Where keys are.
fn route(key: &Value, tasks: u32) -> u32 {
    match key {
        Value::Int(n) => key_hash(n).task(tasks),
        Value::Pair(a, b) => key_hash(&(*a, *b)).task(tasks),
        other => panic!("no key: {other:?}"),
    }
}

fn expected(program: &Program, tasks: u32) -> Rows {
    let mut rows = Rows::new();
    for row in suite::run(program, tasks, usize::MAX, route).rows {
        *rows.entry(row).or_default() += 1;
    }
    rows
}

#[test]
fn topologies_put_out_what_the_interpreter_does() {
    let programs = suite::programs(variable);
    let topologies: Vec<&Program> =
        programs.iter().filter(|program| program.kind == Kind::Topology).collect();
    let mut wrong = Vec::new();
    for tasks in [1, 2, 8] {
        let expected: BTreeMap<u64, Rows> =
            topologies.iter().map(|program| (program.seed, expected(program, tasks))).collect();
        for (number, run) in MODULES.iter().enumerate() {
            let builder =
                InProcessCluster::builder().disk(Arc::new(MemDisk::new())).data_dir("/data");
            // Some on threads, the others in orders drawn from seeds, in small batches.
            let builder = match number % 4 {
                0 => builder,
                _ => builder
                    .simulated(number as u64 + u64::from(tasks))
                    .microbatch_max_records(2 + number as u64 % 3)
                    .emit_max_records(1 + number as u64 % 2),
            };
            let cluster = Cluster { cluster: builder.build().unwrap(), tasks };
            for (seed, found) in run(&cluster) {
                if found != expected[&seed] {
                    wrong.push((seed, tasks, found, expected[&seed].clone()));
                }
            }
            cluster.cluster.close().unwrap();
        }
    }
    if let Some((seed, tasks, found, expected)) = wrong.first() {
        let program = topologies.iter().find(|program| program.seed == *seed).unwrap();
        let others: Vec<_> = wrong.iter().map(|(seed, tasks, ..)| (seed, tasks)).collect();
        panic!(
            "seed {seed} on {tasks} tasks\n{}\nrecords {:#?}\nexpected {expected:#?}\nfound {found:#?}\n\
             wrong (seed, tasks): {others:?}",
            print::program(program),
            suite::records(),
        );
    }
}
