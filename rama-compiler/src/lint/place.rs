//! Where code runs, as far as it is plain to see: partitioners to where it is already, and keys
//! that live on another task.

use crate::ast::{
    Code, Expr, Form, Kind, Module, Partitioner, PartitionerKind, Path, Place, Statement, Step,
    Template, VarId,
};
use crate::errors::{self, Warnings};
use proc_macro2::Ident;

/// Which task code runs on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    Unknown,
    /// The task of the value of a variable.
    Of(VarId),
    Global,
}

/// How PStates place their keys, as far as it is known.
pub(super) struct Placed {
    /// Those that are on task 0.
    global: Vec<String>,
    /// Those that place their keys by hash; unknown outside of the module.
    hashed: Vec<String>,
}

impl Placed {
    /// The PStates of a module.
    pub(super) fn of(module: &Module) -> Placed {
        let (mut global, mut hashed) = (Vec::new(), Vec::new());
        for pstate in module.topologies.iter().flat_map(|topology| &topology.pstates) {
            if pstate.has("global") {
                global.push(pstate.name.to_string());
            } else if !pstate.has("key_partitioner") {
                hashed.push(pstate.name.to_string());
            }
        }
        Placed { global, hashed }
    }

    /// Nothing is known.
    pub(super) fn unknown() -> Placed {
        Placed { global: Vec::new(), hashed: Vec::new() }
    }

    fn by_hash(&self, pstate: &Ident) -> bool {
        self.hashed.iter().any(|hashed| pstate == hashed)
    }

    fn globally(&self, pstate: &Ident) -> bool {
        self.global.iter().any(|global| pstate == global)
    }
}

/// Warns of partitioners that lead nowhere else, and of accesses on the wrong task. `fields` are the
/// variables that a record's pattern took from different fields, `begins` the one that the depot
/// partitions by.
pub(super) fn check(
    code: &Code,
    fields: &[VarId],
    begins: Option<VarId>,
    placed: &Placed,
    warnings: &mut Warnings,
) {
    let mut walk = Walk { code, fields, placed, warnings };
    let task = begins.map_or(Task::Unknown, Task::Of);
    walk.block(&code.body, task);
}

struct Walk<'a, 'w> {
    code: &'a Code,
    fields: &'a [VarId],
    placed: &'a Placed,
    warnings: &'w mut Warnings,
}

impl Walk<'_, '_> {
    /// Walks a block that begins on `task`; says where it ends.
    fn block(&mut self, block: &[Statement], mut task: Task) -> Task {
        for statement in block {
            task = self.statement(statement, task);
        }
        task
    }

    fn statement(&mut self, statement: &Statement, task: Task) -> Task {
        match &statement.kind {
            Kind::Partition(partitioner) => self.partitioner(partitioner, task),
            // Select statements that find their task by themselves hop in a statement before.
            Kind::Select { path, .. } | Kind::Transform { path } => {
                if !statement.is_unaligned {
                    self.path(path, task);
                }
                task
            }
            Kind::Compound { pstate, template, .. } => {
                if !statement.is_unaligned
                    && self.placed.by_hash(pstate)
                    && let Template::Level(entries) = template
                {
                    for entry in entries {
                        if let Place::Key(key) = &entry.place {
                            self.key(key, task);
                        }
                    }
                }
                task
            }
            Kind::Call(call) if !call.cuts() => task,
            Kind::Call(_) | Kind::Loop(_) => {
                for inner in statement.kind.blocks() {
                    self.block(inner, Task::Unknown);
                }
                Task::Unknown
            }
            // Code goes on from there, not from here.
            Kind::Hook { .. } | Kind::Unify(_) => Task::Unknown,
            Kind::Branch { body, .. } => {
                self.block(body, Task::Unknown);
                task
            }
            Kind::Anonymous(anonymous) => {
                self.block(&anonymous.body, Task::Unknown);
                task
            }
            Kind::Block(block) => {
                let ends: Vec<Task> = block.arms.iter().map(|arm| self.block(arm, task)).collect();
                if ends.iter().all(|end| *end == task) { task } else { Task::Unknown }
            }
            Kind::Atomic { body } | Kind::Each { body, .. } => {
                self.block(body, task);
                task
            }
            _ => task,
        }
    }

    fn partitioner(&mut self, partitioner: &Partitioner, task: Task) -> Task {
        if partitioner.space.is_some() {
            return Task::Unknown;
        }
        let to = match &partitioner.kind {
            PartitionerKind::Hash(key) => {
                variable(key).map_or(Task::Unknown, |(var, _)| Task::Of(var))
            }
            PartitionerKind::Home { pstate, .. } if self.placed.globally(pstate) => Task::Global,
            PartitionerKind::Home { pstate, key: Some(key), .. } if self.placed.by_hash(pstate) => {
                variable(key).map_or(Task::Unknown, |(var, _)| Task::Of(var))
            }
            PartitionerKind::Global => Task::Global,
            _ => Task::Unknown,
        };
        if to != Task::Unknown && to == task {
            self.warnings.push(errors::already_there(&partitioner.name, &partitioner.written));
        }
        to
    }

    fn path(&mut self, path: &Path, task: Task) {
        if self.placed.by_hash(&path.pstate)
            && let Some(Step::Navigator { name, args, .. }) = path.steps.first()
            && ["key", "must"].iter().any(|known| name == known)
            && let [key] = args.as_slice()
        {
            self.key(key, task);
        }
    }

    /// Two fields of one record: what is on the task of one is not on the task of the other.
    fn key(&mut self, key: &Expr, task: Task) {
        if let (Some((var, name)), Task::Of(home)) = (variable(key), task)
            && var != home
            && self.fields.contains(&var)
            && self.fields.contains(&home)
        {
            let home = &self.code.vars[home].name;
            self.warnings.push(errors::on_another_task(name, home));
        }
    }
}

/// A bare variable.
fn variable(expr: &Expr) -> Option<(VarId, &Ident)> {
    match (expr.form, expr.uses.as_slice()) {
        (Form::Variable, [mention]) => Some((mention.var?, &mention.name)),
        _ => None,
    }
}
