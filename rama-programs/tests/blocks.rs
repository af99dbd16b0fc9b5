//! Stand-alone blocks drawn from seeds put out what the interpreter puts out, in the same order.
#![allow(unused, deprecated, clippy::all, clippy::unwrap_used)]

mod support;

use rama_programs::ast::Kind;
use rama_programs::{print, suite};

use support::{Input, Shape, appended, input, row, total, variable, weight};

include!(concat!(env!("OUT_DIR"), "/blocks.rs"));

#[test]
fn blocks_put_out_what_the_interpreter_does() {
    let programs = suite::programs(variable);
    let blocks: Vec<_> =
        programs.iter().filter(|program| program.kind == Kind::StandAlone).collect();
    assert_eq!(blocks.len(), BLOCKS.len());
    for (program, (seed, run)) in blocks.into_iter().zip(BLOCKS) {
        assert_eq!(program.seed, *seed);
        for record in suite::records() {
            let expected = suite::run_one(program, &record);
            let found = run(input(&record, 1));
            assert_eq!(
                found,
                expected,
                "seed {seed}\n{}\ninput {record:?}\n(found, then expected)",
                print::program(program)
            );
        }
    }
}
