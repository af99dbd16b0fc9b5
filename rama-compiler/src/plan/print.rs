//! Prints a plan: states, what they carry, and where they lead.

use super::{CodePlan, Jump, Op, SourcePlan, StateKind, TopologyPlan};
use crate::ast::VarId;
use crate::print;
use std::fmt::{Display, Formatter, Result};

impl Display for TopologyPlan<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        for source in &self.sources {
            write!(out, "{source}")?;
        }
        Ok(())
    }
}

impl Display for SourcePlan<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        writeln!(out, "source *{}", self.source.depot)?;
        writeln!(out, "    {}", self.source.emit.text)?;
        write!(out, "{}", self.plan)
    }
}

impl Display for CodePlan<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        self.ops(&self.entry, 1, out)?;
        for state in &self.order {
            let state = &self.states[*state];
            let how = match (&state.kind, state.hopped.is_some()) {
                (StateKind::Call { .. }, _) => "an operation",
                (StateKind::Anonymous(_), _) => "a value",
                (StateKind::After(_) | StateKind::Pages { .. }, true) => "by hop",
                (_, true) => "by hop or in step",
                (_, false) => "in step",
            };
            let takes = match &state.kind {
                StateKind::Output { pattern: Some(pattern), .. } => {
                    let names = pattern.binds.iter().map(|bind| bind.name.to_string());
                    format!("takes {} ", names.collect::<Vec<_>>().join(", "))
                }
                _ => String::new(),
            };
            writeln!(out, "{} {}, {takes}{how}", state.label, self.frame(&state.frame))?;
            for next in state.kind.leads_to() {
                writeln!(out, "    -> {}", self.states[next].label)?;
            }
            self.ops(&state.ops, 1, out)?;
        }
        Ok(())
    }
}

impl CodePlan<'_> {
    fn ops(&self, ops: &[Op<'_>], depth: usize, out: &mut Formatter<'_>) -> Result {
        let indent = "    ".repeat(depth);
        for op in ops {
            let text = op.statement().map_or("", |statement| &statement.text);
            match op {
                Op::Run(_)
                | Op::Filter(_)
                | Op::Emit(_)
                | Op::Break { .. }
                | Op::Next { .. }
                | Op::Recur(_) => writeln!(out, "{indent}{text}")?,
                Op::Stop => writeln!(out, "{indent}stop")?,
                Op::Each { body, .. } => {
                    writeln!(out, "{indent}for each {text}")?;
                    self.ops(body, depth + 1, out)?;
                }
                Op::Inner { body, .. } | Op::Loop { body, .. } => {
                    writeln!(out, "{indent}{text}")?;
                    self.ops(body, depth + 1, out)?;
                }
                Op::Branch { arms, outputs, statement } => {
                    let outputs = if outputs.is_empty() {
                        String::new()
                    } else {
                        format!(" => {}", self.frame(outputs))
                    };
                    writeln!(out, "{indent}{text}{outputs}")?;
                    self.arms(statement, arms, depth, out)?;
                }
                Op::Fork(branches) => {
                    for branch in branches {
                        writeln!(out, "{indent}branch")?;
                        self.ops(branch, depth + 1, out)?;
                    }
                }
                Op::Yield(vars) => writeln!(out, "{indent}yield {}", self.frame(vars))?,
                Op::Hop { to: None, .. } => writeln!(out, "{indent}{text} -> nothing")?,
                Op::EmitFromLoop { to: None, .. } | Op::Overtime { to: None, .. } => {
                    writeln!(out, "{indent}{text}")?
                }
                Op::Hop { to: Some(jump), .. }
                | Op::Overtime { to: Some(jump), .. }
                | Op::EmitFromLoop { to: Some(jump), .. }
                | Op::EnterLoop { jump, .. }
                | Op::Again { jump, .. }
                | Op::Call { jump, .. }
                | Op::Pages { jump, .. }
                | Op::Async { jump, .. }
                | Op::Define { jump, .. } => {
                    writeln!(out, "{indent}{text} -> {}", self.jump(jump))?
                }
                Op::CallItself { outputs, jump, .. } => {
                    let labels: Vec<&str> =
                        outputs.iter().map(|(_, state)| &*self.states[*state].label).collect();
                    let frame = self.frame(&jump.frame);
                    writeln!(out, "{indent}{text} -> {} {frame}", labels.join(", "))?;
                }
                Op::Invoke { jump, .. } => writeln!(out, "{indent}{text} -> {}", self.jump(jump))?,
                Op::Enter(jump) => writeln!(out, "{indent}enter {}", self.jump(jump))?,
            }
        }
        Ok(())
    }

    fn arms(
        &self,
        statement: &crate::ast::Statement,
        arms: &[Vec<Op<'_>>],
        depth: usize,
        out: &mut Formatter<'_>,
    ) -> Result {
        let indent = "    ".repeat(depth);
        let patterns = match &statement.kind {
            crate::ast::Kind::Block(crate::ast::Block {
                head: crate::ast::Head::Match { patterns, .. },
                ..
            }) => Some(patterns),
            _ => None,
        };
        for (number, arm) in arms.iter().enumerate() {
            match patterns {
                Some(patterns) => {
                    let template = patterns[number].template.clone();
                    let shown = crate::tokens::replace_idents(template, &mut |ident, _| {
                        let binds = &patterns[number].binds;
                        let bind = binds.iter().find(|bind| ident == &bind.placeholder)?;
                        let name = &bind.name;
                        Some(quote::quote!(*#name))
                    });
                    writeln!(out, "{indent}case> {}", print::stream(&shown))?;
                }
                None if number > 0 && !arm.is_empty() => writeln!(out, "{indent}else")?,
                None => {}
            }
            self.ops(arm, depth + 1, out)?;
        }
        Ok(())
    }

    fn jump(&self, jump: &Jump) -> String {
        format!("{} {}", self.states[jump.state].label, self.frame(&jump.frame))
    }

    fn frame(&self, vars: &[VarId]) -> String {
        let names: Vec<&str> = vars.iter().map(|var| self.code.vars[*var].owned.as_str()).collect();
        format!("({})", names.join(", "))
    }
}
