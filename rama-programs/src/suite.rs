//! Which programs the suite has, and what the environment changes of it.

use std::collections::BTreeSet;

use crate::ast::{Kind, Program};
use crate::form::{COMPILED, Form};
use crate::interpret::{Found, Interpreter, Route};
use crate::value::{Input, Value, inputs};
use crate::{generate, print};

/// How many programs there are, unless `RAMA_PROGRAMS` says otherwise.
pub const PROGRAMS: u64 = 200;
/// The variable with the number of programs.
pub const COUNT: &str = "RAMA_PROGRAMS";
/// The variable with the first seed.
pub const SEED: &str = "RAMA_PROGRAMS_SEED";
/// The variable with the only seed to look at.
pub const ONLY: &str = "RAMA_PROGRAMS_ONLY";
/// How many topologies are in one module.
pub const PER_MODULE: usize = 10;
/// How many steps one input may take.
pub const MAX_STEPS: usize = 4000;
/// How many records topologies run over, and blocks are run with.
pub const INPUTS: usize = 12;

/// On how many tasks a program is tried when it is drawn.
const TRIAL_TASKS: u32 = 8;
/// How much a program may put out over all inputs.
const MOST_ROWS: usize = 600;
/// How long the source of a program may be, for the compiler's sake.
const MOST_BYTES: usize = 3600;
const ATTEMPTS: u64 = 200;
/// How much stack the interpreter gets.
const STACK: usize = 256 << 20;

/// The forms that are switched on.
pub fn compiled() -> BTreeSet<Form> {
    COMPILED.iter().copied().collect()
}

/// What all programs run over.
pub fn records() -> Vec<Input> {
    inputs(7, INPUTS)
}

/// What a program puts out, for all inputs that are on the tasks that `route` says.
///
/// # Panics
///
/// When the program is ill-scoped or ill-typed.
pub fn run(program: &Program, tasks: u32, max_steps: usize, route: Route) -> Found {
    let each = || {
        let interpreter = Interpreter::new(program, tasks, route, max_steps);
        let mut all = Found::default();
        for input in records() {
            let found = interpreter.run(&input, route(&Value::Int(input.n), tasks));
            all.rows.extend(found.rows);
            all.ran.extend(found.ran);
            all.is_cut |= found.is_cut;
        }
        all
    };
    on_large_stack(each)
}

/// What a stand-alone block puts out for one input, in order.
///
/// # Panics
///
/// When the program is ill-scoped or ill-typed.
pub fn run_one(program: &Program, input: &Input) -> Vec<String> {
    on_large_stack(|| Interpreter::new(program, 1, simple_route, usize::MAX).run(input, 0).rows)
}

/// The rest of a program runs within each emit, so that the stack gets deep.
fn on_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK);
        let ran = builder.spawn_scoped(scope, run).map(|thread| thread.join());
        match ran {
            Ok(Ok(found)) => found,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => panic!("no thread: {error}"),
        }
    })
}

/// Where keys would be if they were spread in a simple way, to try programs.
pub fn simple_route(key: &Value, tasks: u32) -> u32 {
    match key {
        Value::Int(n) => n.rem_euclid(i64::from(tasks)) as u32,
        _ => 0,
    }
}

/// The kind of the program of this seed.
pub fn kind(seed: u64, forms: &BTreeSet<Form>) -> Kind {
    let topologies = forms.contains(&Form::Hash);
    if forms.contains(&Form::StandAlone) && (seed.is_multiple_of(2) || !topologies) {
        Kind::StandAlone
    } else {
        Kind::Topology
    }
}

/// The program of a seed: the first drawn from it that does something and not too much.
///
/// # Panics
///
/// When there is none.
pub fn program(seed: u64, forms: &BTreeSet<Form>) -> Program {
    let kind = kind(seed, forms);
    for attempt in 0..ATTEMPTS {
        let program = generate::program(seed, attempt, kind, forms);
        if print::program(&program).len() > MOST_BYTES {
            continue;
        }
        let found = run(&program, TRIAL_TASKS, MAX_STEPS, simple_route);
        let least = if attempt < 10 { 4 } else { 1 };
        if !found.is_cut && (least..=MOST_ROWS).contains(&found.rows.len()) {
            return program;
        }
    }
    panic!("no program of seed {seed} does something and not too much")
}

/// The seeds of the suite, as the environment says.
pub fn seeds(variable: impl Fn(&str) -> Option<u64>) -> Vec<u64> {
    if let Some(only) = variable(ONLY) {
        return vec![only];
    }
    let first = variable(SEED).unwrap_or(0);
    (first..first.saturating_add(variable(COUNT).unwrap_or(PROGRAMS))).collect()
}

/// The programs of the suite.
pub fn programs(variable: impl Fn(&str) -> Option<u64>) -> Vec<Program> {
    let forms = compiled();
    seeds(variable).into_iter().map(|seed| program(seed, &forms)).collect()
}
