//! Prints the program of a seed and what it puts out: `show SEED [TASKS] [all]`, with `all` for all
//! forms, also those that are switched off.
use std::collections::BTreeSet;

use rama_programs::form::{ALL, Form};
use rama_programs::{print, suite};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u64> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let seed = numbers.first().copied().unwrap_or(0);
    let tasks = numbers.get(1).and_then(|tasks| u32::try_from(*tasks).ok()).unwrap_or(1);
    let forms: BTreeSet<Form> = match args.iter().any(|arg| arg == "all") {
        true => ALL.iter().copied().collect(),
        false => suite::compiled(),
    };
    let program = suite::program(seed, &forms);
    println!("{}", print::program(&program));
    for row in suite::run(&program, tasks, usize::MAX, suite::simple_route).rows {
        println!("{row}");
    }
}
