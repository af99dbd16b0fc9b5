//! Files of Rust that the tests include.

use super::expr::slot;
use super::{Lines, operations, statement, tuple};
use crate::ast::{Expr, Kind, Program, Type};
use crate::interpret::input_names;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Stand-alone blocks, each a function from an input to rows, and a list of all of them.
pub fn blocks(programs: &[Program]) -> String {
    let mut lines = Lines::default();
    for program in programs {
        lines.line(format!("mod program_{} {{", program.seed));
        lines.within(|lines| block(program, lines));
        lines.line("}");
    }
    lines.line("/// All stand-alone blocks of this file, by their seeds.");
    lines.line("pub const BLOCKS: &[(u64, fn(Input) -> Vec<String>)] = &[");
    lines.within(|lines| {
        for Program { seed, .. } in programs {
            lines.line(format!("({seed}, program_{seed}::run),"));
        }
    });
    lines.line("];");
    lines.text
}

/// What the source needs of the library; no more, so that it compiles without what it does not use.
fn imports(programs: &[Program], lines: &mut Lines) {
    lines.line("use super::*;");
    let stand_alone = |program: &Program| program.kind == Kind::StandAlone;
    if programs.iter().any(|program| stand_alone(program) || !program.operations.is_empty()) {
        lines.line("use rama::dataflow;");
    }
    let operations = programs.iter().flat_map(|program| &program.operations);
    let types = operations.flat_map(|operation| &operation.params).map(|(_, ty)| ty);
    if types.clone().any(|ty| matches!(ty, Type::Fun(..))) {
        lines.line("use rama::Fun;");
    }
    if types.clone().any(|ty| matches!(ty, Type::Op(..))) {
        lines.line("use rama::Op;");
    }
}

fn block(program: &Program, lines: &mut Lines) {
    imports(std::slice::from_ref(program), lines);
    operations(program, lines);
    lines.line("pub fn run(input: Input) -> Vec<String> {");
    lines.within(|lines| {
        let names = input_names(program.kind).join(", ");
        lines.line(format!(
            "let ({names}) = (input.n, input.list, input.pair, input.shape, input.tasks);"
        ));
        lines.line(format!("let out: Vec<{}> = dataflow! {{", tuple(&program.outs)));
        lines.within(|lines| statement::block(&program.body, program, lines));
        lines.line("};");
        let names = &NAMES[..program.outs.len()];
        let pattern = match names {
            [one] => (*one).to_owned(),
            several => format!("({})", several.join(", ")),
        };
        let refs: Vec<String> = names.iter().map(|name| format!("&{name}")).collect();
        let refs = refs.join(", ");
        lines.line(format!("out.into_iter().map(|{pattern}| row(&[{refs}])).collect()"));
    });
    lines.line("}");
}

/// Topologies in modules of several, each with a function that runs it on a cluster.
pub fn topologies(programs: &[Program], per_module: usize) -> String {
    let mut lines = Lines::default();
    let modules: Vec<&[Program]> = programs.chunks(per_module.max(1)).collect();
    for (number, programs) in modules.iter().enumerate() {
        lines.line(format!("mod module_{number} {{"));
        lines.within(|lines| module(programs, lines));
        lines.line("}");
    }
    lines.line("/// All modules of this file.");
    lines.line("pub const MODULES: &[fn(&Cluster) -> Vec<(u64, Rows)>] = &[");
    lines.within(|lines| {
        for number in 0..modules.len() {
            lines.line(format!("module_{number}::run,"));
        }
    });
    lines.line("];");
    lines.text
}

fn module(programs: &[Program], lines: &mut Lines) {
    imports(programs, lines);
    for program in programs {
        operations(program, lines);
    }
    lines.line("defmodule! {");
    lines.within(|lines| {
        lines.line("/// Programs.");
        lines.line("pub module Programs {");
        lines.within(|lines| {
            lines.line("depot *inputs: Input, hash_by(.n);");
            for program in programs {
                topology(program, lines);
            }
        });
        lines.line("}");
    });
    lines.line("}");
    lines.line("pub fn run(on: &Cluster) -> Vec<(u64, Rows)> {");
    lines.within(|lines| {
        lines.line("on.launch(Programs, Programs::inputs);");
        lines.line("vec![");
        lines.within(|lines| {
            for Program { seed, .. } in programs {
                lines.line(format!("({seed}, on.rows(Programs::t{seed}, Programs::out{seed})),"));
            }
        });
        lines.line("]");
    });
    lines.line("}");
}

fn topology(program: &Program, lines: &mut Lines) {
    let seed = program.seed;
    let names = input_names(program.kind);
    lines.line(format!("microbatch t{seed} {{"));
    lines.within(|lines| {
        lines.line(format!("pstate $$out{seed}: PMap<String, i64>;"));
        lines.line("sources! {");
        lines.within(|lines| {
            lines.line("source> *inputs :> %records;");
            let fields = ["n", "list", "pair", "shape", "tasks"];
            let of_type = [Type::Int, Type::List, Type::Pair, Type::Shape, Type::Int];
            let bound: Vec<String> = fields
                .iter()
                .zip(names)
                .zip(of_type)
                .map(|((field, name), of)| {
                    format!("{field}: {}", slot(&Expr::Var(name.to_owned(), of)))
                })
                .collect();
            lines.line(format!("%records() :> Input {{ {} }};", bound.join(", ")));
            statement::block(&program.body, program, lines);
        });
        lines.line("}");
    });
    lines.line("}");
}
