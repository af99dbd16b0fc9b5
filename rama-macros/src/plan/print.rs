//! Prints a plan: states, what they carry, and where they lead.

use super::{Jump, Op, SourcePlan, TopologyPlan};
use crate::ast::VarId;
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
        self.ops(&self.entry, 1, out)?;
        for state in &self.order {
            let state = &self.states[*state];
            let how = match (state.hopped.is_some(), &state.follows) {
                (true, Some(_)) => "by hop",
                (true, None) => "by hop or in step",
                (false, _) => "in step",
            };
            writeln!(out, "{} {}, {how}", state.label, self.frame(&state.frame))?;
            self.ops(&state.ops, 1, out)?;
        }
        Ok(())
    }
}

impl SourcePlan<'_> {
    fn ops(&self, ops: &[Op<'_>], depth: usize, out: &mut Formatter<'_>) -> Result {
        let indent = "    ".repeat(depth);
        for op in ops {
            match op {
                Op::Run(statement) | Op::Filter(statement) => {
                    writeln!(out, "{indent}{}", statement.text)?
                }
                Op::Each { statement, body } => {
                    writeln!(out, "{indent}for each {}", statement.text)?;
                    self.ops(body, depth + 1, out)?;
                }
                Op::Branch { statement, then, otherwise, outputs } => {
                    let outputs = if outputs.is_empty() {
                        String::new()
                    } else {
                        format!(" => {}", self.frame(outputs))
                    };
                    writeln!(out, "{indent}{}{outputs}", statement.text)?;
                    self.ops(then, depth + 1, out)?;
                    if !otherwise.is_empty() {
                        writeln!(out, "{indent}else")?;
                        self.ops(otherwise, depth + 1, out)?;
                    }
                }
                Op::Yield(vars) => writeln!(out, "{indent}yield {}", self.frame(vars))?,
                Op::Hop { statement, to: Some(jump) } => {
                    writeln!(out, "{indent}{} -> {}", statement.text, self.jump(jump))?
                }
                Op::Hop { statement, to: None } => {
                    writeln!(out, "{indent}{} -> nothing", statement.text)?
                }
                Op::Enter(jump) => writeln!(out, "{indent}enter {}", self.jump(jump))?,
            }
        }
        Ok(())
    }

    fn jump(&self, jump: &Jump) -> String {
        format!("{} {}", self.states[jump.state].label, self.frame(&jump.frame))
    }

    fn frame(&self, vars: &[VarId]) -> String {
        let names: Vec<&str> =
            vars.iter().map(|var| self.source.vars[*var].owned.as_str()).collect();
        format!("({})", names.join(", "))
    }
}
