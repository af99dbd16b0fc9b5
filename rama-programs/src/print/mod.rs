//! Programs as source of the language, and as files of Rust around it.

mod expr;
mod file;
mod statement;

use std::fmt::Write;

use crate::ast::{Kind, Operation, Pattern, Program, Type};

pub use file::{blocks, topologies};

/// Lines with indentation.
#[derive(Default)]
struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    fn line(&mut self, line: impl AsRef<str>) {
        let _ = writeln!(self.text, "{:1$}{2}", "", self.depth * 4, line.as_ref());
    }

    fn within(&mut self, fill: impl FnOnce(&mut Self)) {
        self.depth += 1;
        fill(self);
        self.depth -= 1;
    }
}

/// The program as one reads it in a report: its operations, then its statements.
pub fn program(program: &Program) -> String {
    let mut lines = Lines::default();
    operations(program, &mut lines);
    lines.line(match program.kind {
        Kind::StandAlone => "dataflow! {",
        Kind::Topology => "microbatch {",
    });
    lines.within(|lines| statement::block(&program.body, program, lines));
    lines.line("}");
    lines.text
}

/// The definitions of the program's operations, at item level.
fn operations(program: &Program, lines: &mut Lines) {
    if program.operations.is_empty() {
        return;
    }
    lines.line("dataflow! {");
    lines.within(|lines| {
        for operation in &program.operations {
            let word = if operation.is_function { "ramafn" } else { "ramaop" };
            lines.line(format!("{word} {}{} {{", operation.name, signature(operation)));
            lines.within(|lines| statement::block(&operation.body, program, lines));
            lines.line("}");
        }
    });
    lines.line("}");
}

/// What stands between the name of an operation and its body.
fn signature(operation: &Operation) -> String {
    let params: Vec<String> = operation
        .params
        .iter()
        .map(|(name, of)| match of {
            Type::Fun(..) | Type::Op(..) => format!("%{name}: {}", ty(of)),
            _ => format!("*{name}: {}", ty(of)),
        })
        .collect();
    let mut text = format!("({})", params.join(", "));
    let streams: Vec<String> =
        operation.streams.iter().map(|(name, of)| format!("{name}> {}", types(of))).collect();
    if !streams.is_empty() {
        let _ = write!(text, " {}", streams.join(", "));
    }
    let arrow = if operation.is_function { "->" } else { ":>" };
    let outs = if operation.outs.is_empty() { "()".to_owned() } else { types(&operation.outs) };
    let _ = write!(text, " {arrow} {outs}");
    text
}

fn types(of: &[Type]) -> String {
    of.iter().map(ty).collect::<Vec<_>>().join(", ")
}

/// A type in Rust.
fn ty(of: &Type) -> String {
    match of {
        Type::Int => "i64".into(),
        Type::List => "Vec<i64>".into(),
        Type::Pair => "(i64, i64)".into(),
        Type::Shape => "Shape".into(),
        Type::Bool => "bool".into(),
        Type::Fun(params, out) => format!("Fun<({},), {}>", types(params), ty(out)),
        Type::Op(params, outs) => format!("Op<({},), {}>", types(params), tuple(outs)),
    }
}

/// Several types as a tuple, one as itself.
fn tuple(of: &[Type]) -> String {
    match of {
        [one] => ty(one),
        several => format!("({})", types(several)),
    }
}

fn patterns(of: &[Pattern]) -> String {
    of.iter().map(pattern).collect::<Vec<_>>().join(", ")
}

fn pattern(of: &Pattern) -> String {
    match of {
        Pattern::Bind(name, of, true) => format!("*{name}: {}", ty(of)),
        Pattern::Bind(name, _, false) => format!("*{name}"),
        Pattern::Pair(first, second) => format!("({}, {})", pattern(first), pattern(second)),
        Pattern::Any => "_".into(),
    }
}
