//! Statements, each on a line of its own.

use super::expr::{call, head, slot, slots};
use super::{Lines, pattern, patterns, signature, ty};
use crate::ast::{Block, Case, Expr, Kind, Program, Statement, Stmt, Stream, Type, Variant};

/// The statements of a block.
pub(super) fn block(block: &[Statement], program: &Program, lines: &mut Lines) {
    for Statement { form, .. } in block {
        statement(form, program, lines);
    }
}

fn statement(form: &Stmt, program: &Program, lines: &mut Lines) {
    let braces = |head: String, body: &Block, lines: &mut Lines| {
        lines.line(format!("{head} {{"));
        lines.within(|lines| block(body, program, lines));
        lines.line("}");
    };
    match form {
        Stmt::Value(values, to) => lines.line(format!("{} :> {};", slots(values), patterns(to))),
        Stmt::Call { call: called, streams, anchor, pattern } => {
            let mut line = call(called);
            for (at, stream) in streams.iter().enumerate() {
                if at > 0 {
                    line.push(',');
                }
                line.push_str(&of_stream(stream));
                if let Some(hook) = &stream.hook {
                    line.push_str(" {");
                    lines.line(std::mem::take(&mut line));
                    lines.within(|lines| block(hook, program, lines));
                    line.push('}');
                }
            }
            let anchor = anchor.as_ref().map(|anchor| format!(" <{anchor}>")).unwrap_or_default();
            if !pattern.is_empty() || !anchor.is_empty() {
                line.push_str(&format!(" :>{anchor}"));
            }
            if !pattern.is_empty() {
                line.push_str(&format!(" {}", patterns(pattern)));
            }
            lines.line(line + ";");
        }
        Stmt::Emit(stream, values) => {
            let arrow = stream.as_ref().map_or(":>".to_owned(), |stream| format!("{stream}>"));
            let space = if values.is_empty() { "" } else { " " };
            lines.line(format!("{arrow}{space}{};", slots(values)));
        }
        Stmt::Return(values) => lines.line(format!(":> {};", slots(values))),
        Stmt::Out(values) => lines.line(match program.kind {
            Kind::StandAlone => format!(":> {};", slots(values)),
            Kind::Topology => format!(
                "+compound $$out{} {{ row(&[{}]) => +count() }};",
                program.seed,
                values
                    .iter()
                    .map(|value| format!("&{}", slot(value)))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }),
        Stmt::Filter(condition) => lines.line(format!("filter> {};", slot(condition))),
        Stmt::If(arms, otherwise) => {
            for (at, arm) in arms.iter().enumerate() {
                let before = if at == 0 { "" } else { "} else " };
                lines.line(format!("{before}<<if {} {{", head(&arm.condition)));
                lines.within(|lines| block(&arm.body, program, lines));
            }
            if let Some(otherwise) = otherwise {
                lines.line("} else {");
                lines.within(|lines| block(otherwise, program, lines));
            }
            lines.line("}");
        }
        Stmt::Cond(arms, default) => cases(
            "<<cond".into(),
            arms.iter().map(|arm| (slot(&arm.condition), &arm.body)),
            default.as_ref(),
            program,
            lines,
        ),
        Stmt::Switch(value, found, default) => cases(
            format!("<<switch {}", head(value)),
            found.iter().map(|Case { what, body, .. }| (slots(what), body)),
            default.as_ref(),
            program,
            lines,
        ),
        Stmt::Subsource(value, found, default) => cases(
            format!("<<subsource {}", head(value)),
            found.iter().map(|Case { what, body, .. }| (variant(what), body)),
            default.as_ref(),
            program,
            lines,
        ),
        Stmt::ShadowIf(condition, body) => {
            braces(format!("<<shadowif {}", head(condition)), body, lines);
        }
        Stmt::Do(body) => braces("<<do".into(), body, lines),
        Stmt::Each(items, to, body) => {
            braces(format!("<<each {} :> {}", slot(items), pattern(to)), body, lines);
        }
        Stmt::Atomic(body) => braces("<<atomic".into(), body, lines),
        Stmt::Anchor(anchor) => lines.line(format!("anchor> <{anchor}>;")),
        Stmt::Hook(anchor) => lines.line(format!("hook> <{anchor}>;")),
        Stmt::Branch(anchor, body) => braces(format!("<<branch <{anchor}>"), body, lines),
        Stmt::Unify(anchors) => {
            let anchors: Vec<String> = anchors.iter().map(|anchor| format!("<{anchor}>")).collect();
            lines.line(format!("unify> {};", anchors.join(" ")));
        }
        Stmt::Loop { vars, outs, body, .. } => {
            let vars: Vec<String> = vars.iter().map(loop_var).collect();
            let outs = match outs.as_slice() {
                [] => String::new(),
                outs => format!(" :> {}", patterns(outs)),
            };
            braces(format!("loop<- [{}{outs}]", vars.join(", ")), body, lines);
        }
        Stmt::Continue(values) => lines.line(format!("continue> {};", slots(values))),
        Stmt::Recur(values) => lines.line(format!("recur> {};", slots(values))),
        Stmt::Define(operation) => {
            let word = if operation.is_function { "ramafn" } else { "ramaop" };
            let head = format!("<<{word} %{}{}", operation.name, signature(operation));
            braces(head, &operation.body, lines);
        }
        Stmt::Hash(key) => lines.line(format!("|hash({});", slot(key))),
        Stmt::All => lines.line("|all();"),
        Stmt::Global => lines.line("|global();"),
        Stmt::Direct(target) => lines.line(format!("|direct({});", direct(target))),
    }
}

fn direct(target: &Expr) -> String {
    match target {
        Expr::Lit(n) => n.to_string(),
        Expr::TaskId => "%current_task_id()".into(),
        other => format!("({}) as usize", slot(other)),
    }
}

fn of_stream(stream: &Stream) -> String {
    let arrow = if stream.hook.is_some() { ">>" } else { ">" };
    let anchor = stream.anchor.as_ref().map(|anchor| format!(" <{anchor}>")).unwrap_or_default();
    format!(" {}{arrow}{anchor} {}", stream.name, patterns(&stream.pattern))
}

fn loop_var((name, of, value, typed): &(String, Type, Expr, bool)) -> String {
    if *typed {
        format!("*{name}: {} = {}", ty(of), slot(value))
    } else {
        format!("*{name} = {}", slot(value))
    }
}

fn variant(of: &Variant) -> String {
    match of {
        Variant::Nothing => "Shape::Nothing".into(),
        Variant::One(field) => format!("Shape::One({})", pattern(field)),
        Variant::Two(a, b) => format!("Shape::Two {{ a: {}, b: {} }}", pattern(a), pattern(b)),
        Variant::Many(field) => format!("Shape::Many({})", pattern(field)),
    }
}

fn cases<'b>(
    head: String,
    cases: impl Iterator<Item = (String, &'b Block)>,
    default: Option<&Block>,
    program: &Program,
    lines: &mut Lines,
) {
    lines.line(format!("{head} {{"));
    lines.within(|lines| {
        let heads = cases.map(|(what, body)| (format!("case> {what}"), body));
        for (head, body) in heads.chain(default.map(|body| ("default>".to_owned(), body))) {
            lines.line(format!("{head} => {{"));
            lines.within(|lines| block(body, program, lines));
            lines.line("}");
        }
    });
    lines.line("}");
}
