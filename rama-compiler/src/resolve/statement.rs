//! Statement by statement: what is bound, what is mentioned, and what may stand where.

use super::scope::{Anchors, Scope};
use super::{Known, Unit};
use crate::ast::{
    Anonymous, Argument, Block, BlockKind, Call, CallTarget, Emission, Expr, Head, Kind, Loop,
    Mark, Merge, OperationType, Param, Partitioner, Path, Pattern, Place, Space, Statement, Step,
    Target, Template, Use, Var, VarId, goes_on,
};
use crate::errors::{self, Errors, RecurIn};
use crate::tokens;
use proc_macro2::{Ident, Span, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// Operations of the library that give an iterator.
const ITERATORS: &[&str] = &["explode", "explode_indexed", "explode_map", "range", "range_by"];
/// Operations of the library that ask the context of the event.
const CONTEXT: &[&str] = &[
    "current_task_id",
    "current_microbatch_id",
    "current_topology_type",
    "module_instance_info",
    "current_random_source",
    "random_uuid7",
];

/// What stands around a statement and takes emissions.
#[derive(Clone, Copy)]
enum Around {
    Loop { number: usize, vars: usize },
    Anonymous { operation: bool, ret: VarId },
}

pub(super) struct Resolver<'a> {
    pub(super) known: &'a Known,
    pub(super) unit: &'a Unit,
    names: BTreeSet<String>,
    pub(super) vars: Vec<Var>,
    around: Vec<Around>,
    loops: usize,
    pub(super) errors: &'a mut Errors,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        known: &'a Known,
        unit: &'a Unit,
        names: BTreeSet<String>,
        errors: &'a mut Errors,
    ) -> Self {
        Resolver { known, unit, names, vars: Vec::new(), around: Vec::new(), loops: 0, errors }
    }

    /// Resolves a block; `tail` if nothing runs behind it.
    pub(super) fn block(&mut self, block: &mut [Statement], scope: &mut Scope, tail: bool) {
        let start = scope.clone();
        let mut anchors = Anchors::default();
        let length = block.len();
        for (at, statement) in block.iter_mut().enumerate() {
            let tail = tail && at + 1 == length;
            self.statement(statement, scope, tail, &start, &mut anchors);
        }
    }

    fn statement(
        &mut self,
        statement: &mut Statement,
        scope: &mut Scope,
        tail: bool,
        start: &Scope,
        anchors: &mut Anchors,
    ) {
        let span = statement.span;
        match &mut statement.kind {
            Kind::Value { values, pattern } => {
                self.exprs(values, scope);
                if let Some(pattern) = pattern {
                    self.pattern(pattern, scope);
                }
            }
            Kind::Select { path, pattern, yielding } => {
                self.pstate_here(&path.pstate);
                if *yielding {
                    self.boundary(span, "`yielding_select>`");
                } else if !path.is_single() {
                    self.boundary(span, "this `local_select>` emits any number of times");
                }
                self.path(path, scope);
                self.pattern(pattern, scope);
            }
            Kind::Async { future, pattern } => {
                self.boundary(span, "`each_async>`");
                self.expr(future, scope);
                self.pattern(pattern, scope);
            }
            Kind::Transform { path } => {
                self.pstate_here(&path.pstate);
                self.path(path, scope);
            }
            Kind::Clear { pstate } => {
                self.pstate_here(pstate);
                self.pstate(pstate);
            }
            Kind::Compound { pstate, template } => {
                self.pstate_here(pstate);
                self.pstate(pstate);
                self.template(template, scope);
            }
            Kind::Filter { condition } => self.expr(condition, scope),
            Kind::Assert { condition, message } => {
                self.expr(condition, scope);
                if let Some(message) = message {
                    self.expr(message, scope);
                }
            }
            Kind::Throw { message } => self.expr(message, scope),
            Kind::Partition(partitioner) => {
                let what = format!("`{}`", partitioner.written);
                // The PState of a `select>` has its own message.
                if partitioner.written != "select>" {
                    if matches!(self.unit, Unit::StandAlone) {
                        self.errors.push(errors::in_stand_alone(partitioner.name.span(), &what));
                    }
                    self.boundary(partitioner.name.span(), &what);
                }
                self.partitioner(partitioner, scope);
            }
            Kind::Yield => self.boundary(span, "`yield_if_overtime>`"),
            Kind::Call(call) => self.call(call, span, scope, anchors),
            Kind::Emission(emission) => self.emission(emission, span, scope, tail),
            Kind::Continue { values, target } => {
                self.exprs(values, scope);
                match self.around.last() {
                    Some(Around::Loop { number, vars }) => {
                        *target = *number;
                        if *vars != values.len() {
                            self.errors.push(errors::continue_count(span, values.len(), *vars));
                        }
                    }
                    _ => self.errors.push(errors::continue_outside(span)),
                }
            }
            Kind::Recur { values } => {
                self.exprs(values, scope);
                match (self.unit, self.around.is_empty()) {
                    (Unit::Function { params }, true) => {
                        if *params != values.len() {
                            self.errors.push(errors::recur_count(span, values.len(), *params));
                        }
                        if !tail {
                            self.errors.push(errors::recur_not_last(span));
                        }
                    }
                    _ => self.errors.push(errors::recur_outside(span, self.around_recur())),
                }
            }
            Kind::Block(block) => self.branch(block, scope, tail),
            Kind::Atomic { body } => {
                let mut inside = scope.inner();
                self.block(body, &mut inside, false);
            }
            Kind::Each { items, pattern, body } => {
                self.expr(items, scope);
                let mut inside = scope.inner();
                self.pattern(pattern, &mut inside);
                self.block(body, &mut inside, false);
            }
            Kind::Loop(inner) => self.looping(inner, span, scope),
            Kind::Anonymous(anonymous) => self.anonymous(anonymous, span, scope),
            Kind::Anchor { name } => {
                anchors.point(scope);
                let path = anchors.path();
                let named = self.anchor(name, scope, path, anchors);
                *scope = scope.inner();
                // What is attached to a point must not contain it.
                if !named {
                    statement.kind = Kind::Bad { binds: Vec::new() };
                }
            }
            Kind::Hook { anchor } => self.hook(anchor, scope, anchors),
            Kind::Branch { anchor, body } => {
                if let Some(mut inside) = self.at_anchor(anchor, anchors) {
                    self.block(body, &mut inside, false);
                }
            }
            Kind::Unify(unify) => {
                self.boundary(span, "`unify>`");
                unify.merges = self.unify(&unify.anchors, start, scope, anchors);
            }
            Kind::Bad { binds } => {
                for bind in binds {
                    scope.visible.insert(bind.name.to_string(), None);
                }
            }
            Kind::Source { .. } => {
                if !matches!(self.unit, Unit::Topology) {
                    self.errors.push(errors::source_outside(span));
                }
            }
        }
    }

    /// Something that a function cannot do.
    fn boundary(&mut self, span: Span, what: &str) {
        let function = self.around.iter().rev().find_map(|around| match around {
            Around::Anonymous { operation, .. } => Some(!operation),
            Around::Loop { .. } => None,
        });
        if function.unwrap_or(matches!(self.unit, Unit::Function { .. })) {
            self.errors.push(errors::boundary_in_function(span, what));
        }
    }

    /// What keeps a `recur>` from the function it would call.
    fn around_recur(&self) -> RecurIn {
        match (self.around.last(), self.unit) {
            (Some(Around::Anonymous { operation: false, .. }), _) => RecurIn::Anonymous,
            (Some(Around::Loop { .. }), Unit::Function { .. }) => RecurIn::Loop,
            _ => RecurIn::Other,
        }
    }

    /// PStates are on the tasks of a module.
    fn pstate_here(&mut self, pstate: &Ident) {
        // A parameter that a function cannot have has its message already.
        let parameter = self
            .known
            .pstates
            .as_ref()
            .is_some_and(|known| known.iter().any(|known| pstate == known));
        if matches!(self.unit, Unit::StandAlone) {
            self.errors.push(errors::in_stand_alone(pstate.span(), "a PState"));
        } else if !(parameter && matches!(self.unit, Unit::Function { .. })) {
            self.boundary(pstate.span(), "a PState");
        }
    }

    fn partitioner(&mut self, partitioner: &mut Partitioner, scope: &mut Scope) {
        use crate::ast::PartitionerKind::{All, Custom, Direct, Global, Hash, Home, Shuffle};
        match &partitioner.space {
            Some(Space::PState(pstate)) => {
                let pstate = pstate.clone();
                self.pstate(&pstate);
            }
            Some(Space::Depot(depot)) => {
                let declared = self.known.depots.as_ref();
                if declared.is_some_and(|known| !known.iter().any(|known| depot == known)) {
                    self.errors.push(errors::partitioner_arguments(&partitioner.name));
                }
            }
            None => {}
        }
        match &mut partitioner.kind {
            Hash(expr) | Direct(expr) => self.expr(expr, scope),
            Custom { function, args } => {
                self.expr(function, scope);
                self.exprs(args, scope);
            }
            Home { pstate, key, blame } => {
                // The PState of a `select>` has its own message.
                if partitioner.written != "select>" {
                    self.pstate(&pstate.clone());
                }
                match key {
                    Some(key) => self.expr(key, scope),
                    None => self.without_key(pstate, *blame, &partitioner.written),
                }
            }
            All | Global | Shuffle => {}
        }
    }

    fn call(&mut self, call: &mut Call, span: Span, scope: &mut Scope, anchors: &mut Anchors) {
        for arg in &mut call.args {
            match arg {
                Argument::Value(expr) => self.expr(expr, scope),
                Argument::PState(pstate) => {
                    let pstate = pstate.clone();
                    self.pstate_here(&pstate);
                    self.pstate(&pstate);
                }
            }
        }
        call.target = self.call_target(call, scope);
        let name = call.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if call.cuts() {
            let what = match call.target {
                CallTarget::Iterator => format!("`%{name}` emits any number of times"),
                _ => format!("`%{name}`"),
            };
            self.boundary(span, &what);
        }
        if matches!(call.target, CallTarget::Function(_) | CallTarget::Context)
            && matches!(self.unit, Unit::Function { .. })
        {
            self.errors.push(errors::boundary_in_function(span, &format!("`%{name}`")));
        }
        let several = call.outputs.iter().any(|output| {
            output.name.is_some() || output.anchor.is_some() || output.inline.is_some()
        });
        if several {
            anchors.point(scope);
        }
        let path = anchors.path();
        for output in call
            .outputs
            .iter_mut()
            .filter(|output| output.name.is_some() || output.inline.is_some())
        {
            let mut inside = scope.inner();
            if let Some(pattern) = &mut output.pattern {
                self.pattern(pattern, &mut inside);
            }
            if let Some(inline) = &mut output.inline {
                self.block(inline, &mut inside, false);
            }
            output.anchor.take_if(|anchor| !self.anchor(anchor, &inside, path.clone(), anchors));
        }
        for output in call
            .outputs
            .iter_mut()
            .filter(|output| output.name.is_none() && output.inline.is_none())
        {
            if several {
                *scope = scope.inner();
            }
            if let Some(pattern) = &mut output.pattern {
                self.pattern(pattern, scope);
            }
            output.anchor.take_if(|anchor| !self.anchor(anchor, scope, path.clone(), anchors));
        }
    }

    fn call_target(&mut self, call: &Call, scope: &mut Scope) -> CallTarget {
        let Some(name) = call.path.get_ident() else { return CallTarget::Path };
        if name == "self" {
            let inner = self.around.iter().rev().find_map(|around| match around {
                Around::Anonymous { operation, .. } => Some(*operation),
                Around::Loop { .. } => None,
            });
            return match (inner, self.unit) {
                (Some(operation), _) => CallTarget::OwnAnonymous { operation },
                (None, Unit::Operation { .. }) => CallTarget::OwnOperation,
                (None, Unit::Function { .. }) => CallTarget::OwnFunction,
                (None, Unit::Topology | Unit::StandAlone) => {
                    self.errors.push(errors::self_outside(name.span()));
                    CallTarget::Unknown
                }
            };
        }
        match scope.visible.get(&name.to_string()) {
            Some(Some(var)) => match self.vars[*var].operation {
                Some(OperationType::Function) => CallTarget::Function(*var),
                Some(OperationType::Operation) => CallTarget::Operation(*var),
                None => {
                    self.errors.push(errors::not_an_operation(name));
                    CallTarget::Unknown
                }
            },
            Some(None) => CallTarget::Unknown,
            None if ITERATORS.iter().any(|known| name == known) => CallTarget::Iterator,
            None if CONTEXT.iter().any(|known| name == known) => CallTarget::Context,
            None => CallTarget::Path,
        }
    }

    fn emission(&mut self, emission: &mut Emission, span: Span, scope: &mut Scope, tail: bool) {
        let takes_nothing = self.around.is_empty() && matches!(self.unit, Unit::Topology);
        if takes_nothing && emission.stream.is_none() {
            self.errors.push(errors::arrow_without_value(span));
            return;
        }
        if let Some(stream) = &emission.stream {
            let outside =
                self.around.iter().any(|around| matches!(around, Around::Anonymous { .. }));
            let (streams, target) = match self.unit {
                Unit::Operation { streams, carried, calls_itself } if !outside => {
                    (streams.as_slice(), Self::own_stream(*carried, *calls_itself))
                }
                _ => (&[][..], Target::Unknown),
            };
            if !streams.iter().any(|known| stream == known) {
                let known = crate::parse::KEYWORDS;
                self.errors.push(errors::unknown_stream(stream, streams, known));
            } else {
                if let Some((arrow, _)) = &emission.arrow {
                    self.errors.push(errors::emits_nothing(*arrow, &format!("{stream}>")));
                }
                emission.target = target;
                self.exprs(&mut emission.values, scope);
            }
            for bind in emission.arrow.iter().flat_map(|(_, binds)| binds) {
                scope.visible.insert(bind.name.to_string(), None);
            }
            return;
        }
        self.exprs(&mut emission.values, scope);
        emission.target = match (self.around.last(), self.unit) {
            (Some(Around::Loop { number, .. }), _) => Target::Loop(*number),
            (Some(Around::Anonymous { operation: true, ret }), _) => Target::Return(*ret),
            (Some(Around::Anonymous { operation: false, .. }), _)
            | (None, Unit::Function { .. }) => Target::Function,
            (None, Unit::Operation { carried, calls_itself, .. }) => {
                Self::own_stream(*carried, *calls_itself)
            }
            (None, Unit::StandAlone) => Target::Collect,
            (None, Unit::Topology) => Target::Unknown,
        };
        if emission.target == Target::Function && !tail {
            self.errors.push(errors::emission_not_last(span));
        }
    }

    fn own_stream(carried: VarId, calls_itself: bool) -> Target {
        if calls_itself { Target::Return(carried) } else { Target::Stream(carried) }
    }

    fn branch(&mut self, block: &mut Block, scope: &mut Scope, tail: bool) {
        let mut insides: Vec<Scope> = block.arms.iter().map(|_| scope.inner()).collect();
        match &mut block.head {
            Head::If(condition) => self.expr(condition, scope),
            Head::Match { value, patterns } => {
                self.expr(value, scope);
                for (pattern, inside) in patterns.iter_mut().zip(&mut insides) {
                    self.pattern(pattern, inside);
                }
            }
        }
        let mut arms = Vec::new();
        for (arm, mut inside) in block.arms.iter_mut().zip(insides) {
            self.block(arm, &mut inside, tail);
            arms.push(goes_on(arm).then_some(inside));
        }
        let base = scope.clone();
        block.merges = if block.kind == BlockKind::ShadowIf {
            self.shadow(&base, &arms, scope)
        } else {
            self.merge(&base, &arms, scope)
        };
    }

    /// What the one arm of a `<<shadowif` binds again stays so.
    fn shadow(&mut self, base: &Scope, arms: &[Option<Scope>], scope: &mut Scope) -> Vec<Merge> {
        let Some(Some(then)) = arms.first() else { return Vec::new() };
        let mut merges = Vec::new();
        for (name, var) in &then.visible {
            match (base.visible.get(name), var) {
                (Some(old), new) if old == new => {}
                (Some(Some(old)), Some(new)) => {
                    let bind = self.vars[*new].name.clone();
                    let operation = self.vars[*new].operation;
                    let out = self.bind(&bind, false, operation, scope);
                    merges.push(Merge { out, arms: vec![Some(*new), Some(*old)] });
                }
                (Some(_), _) => drop(scope.visible.insert(name.clone(), None)),
                (None, Some(_)) => drop(scope.one_arm.insert(name.clone())),
                (None, None) => drop(scope.visible.insert(name.clone(), None)),
            }
        }
        merges
    }

    fn looping(&mut self, inner: &mut Loop, span: Span, scope: &mut Scope) {
        for (_, value) in &mut inner.vars {
            self.expr(value, scope);
        }
        self.loops += 1;
        inner.number = self.loops;
        inner.first = self.vars.len();
        let mut inside = scope.inner();
        let mut bound = BTreeSet::new();
        for (pattern, _) in &mut inner.vars {
            self.pattern(pattern, &mut inside);
            for bind in &pattern.binds {
                if !bound.insert(bind.name.to_string()) {
                    self.errors.push(errors::in_loop_already(bind.name.span()));
                }
            }
        }
        self.around.push(Around::Loop { number: inner.number, vars: inner.vars.len() });
        self.block(&mut inner.body, &mut inside, false);
        self.around.pop();
        if !inner.is_in_line() {
            self.boundary(span, "this `loop<-` emits any number of times");
        }
        if let Some(outputs) = &mut inner.outputs {
            self.pattern(outputs, scope);
        }
    }

    fn anonymous(&mut self, anonymous: &mut Anonymous, span: Span, scope: &mut Scope) {
        let in_function = matches!(self.unit, Unit::Function { .. });
        if in_function {
            self.errors.push(errors::boundary_in_function(span, "an anonymous operation"));
        }
        let before = self.errors.len();
        anonymous.ret = self.hidden("ret", anonymous.binding.name.span());
        let mut inside = scope.inner();
        self.params(&mut anonymous.params, &mut inside);
        self.around
            .push(Around::Anonymous { operation: anonymous.is_operation, ret: anonymous.ret });
        self.block(&mut anonymous.body, &mut inside, true);
        self.around.pop();
        let name = anonymous.binding.name.clone();
        self.check_name(&name, true);
        if let (false, [output]) = (anonymous.is_operation, anonymous.outputs.as_slice())
            && output.to_string() == "()"
            && super::emits_value(&anonymous.body)
        {
            self.errors.push(errors::function_without_output(&name, true));
        }
        if !anonymous.is_operation && self.errors.len() == before && !super::emits(&anonymous.body)
        {
            self.errors.push(errors::function_without_emission(name.span(), &format!("%{name}")));
        }
        anonymous.binding.var = self.bind(&name, false, anonymous.binding.operation, scope);
        if in_function {
            // It must not stand here at all, so nothing else matters.
            self.errors.truncate(before);
            scope.visible.insert(name.to_string(), None);
        }
    }

    pub(super) fn params(&mut self, params: &mut [Param], scope: &mut Scope) {
        let mut bound: Vec<Ident> = Vec::new();
        for param in params {
            if let Param::Value { binding, operation, .. } = param {
                let name = binding.name.clone();
                self.check_name(&name, operation.is_some());
                if bound.contains(&name) {
                    self.errors.push(errors::parameter_twice(&name));
                }
                bound.push(name.clone());
                binding.var = self.bind(&name, false, *operation, scope);
            }
        }
    }

    fn path(&mut self, path: &mut Path, scope: &mut Scope) {
        self.pstate(&path.pstate);
        for step in &mut path.steps {
            if let Step::Navigator { args, .. } = step {
                self.exprs(args, scope);
            }
        }
    }

    fn template(&mut self, template: &mut Template, scope: &mut Scope) {
        match template {
            Template::Aggregator { args, .. } => self.exprs(args, scope),
            Template::Level(entries) => {
                for entry in entries {
                    if let Place::Key(key) = &mut entry.place {
                        self.expr(key, scope);
                    }
                    self.template(&mut entry.template, scope);
                }
            }
        }
    }

    /// A path without a leading key that finds its task by itself. Where the PState's declaration is
    /// not in sight rustc knows whether it may.
    fn without_key(&mut self, pstate: &Ident, blame: Span, written: &str) {
        let is_global = self.known.global.iter().any(|global| pstate == global);
        let is_known = match &self.known.pstates {
            Some(known) => known.iter().any(|known| pstate == known),
            None => false,
        };
        if is_known && !is_global {
            self.errors.push(errors::no_leading_key(blame, written));
        }
    }

    fn pstate(&mut self, pstate: &Ident) {
        // Beside a PState in the wrong place the name is no second mistake.
        if matches!(self.unit, Unit::StandAlone | Unit::Function { .. }) {
            return;
        }
        if let Some(known) = &self.known.pstates
            && !known.iter().any(|known| pstate == known)
        {
            let operation = matches!(self.unit, Unit::Operation { .. });
            self.errors.push(errors::unknown_pstate(pstate, known, operation));
        }
    }

    fn exprs(&mut self, exprs: &mut [Expr], scope: &mut Scope) {
        for expr in exprs {
            self.expr(expr, scope);
        }
    }

    fn expr(&mut self, expr: &mut Expr, scope: &mut Scope) {
        self.kebab(expr, scope);
        for mention in &mut expr.uses {
            mention.var = self.lookup(&mention.name, mention.operation, scope);
        }
        for name in std::mem::take(&mut expr.captures) {
            if let Some(Some(var)) = scope.visible.get(&name.to_string()) {
                expr.uses.push(Use { name, operation: false, var: Some(*var) });
            }
        }
        let marks = std::mem::take(&mut expr.in_macros);
        if !marks.is_empty() {
            self.in_macros(expr, &marks, scope);
        }
        if let Some(plain) =
            expr.plain.iter().find(|name| scope.visible.contains_key(&name.to_string()))
        {
            self.errors.push(errors::plain_name(plain));
        }
    }

    /// `*user-id` where there is a `*user_id` and no `*user`.
    fn kebab(&mut self, expr: &mut Expr, scope: &mut Scope) {
        let meant = expr.uses.iter().find_map(|mention| {
            let name = &mention.name;
            let behind = behind_star(&tokens::list(expr.code.clone()), name)?;
            let joined = tokens::kebab(&behind)?;
            let is_bound = matches!(scope.visible.get(&name.to_string()), Some(Some(_)));
            (!is_bound && scope.visible.contains_key(&joined)).then(|| (name.clone(), joined))
        });
        if let Some((name, joined)) = meant {
            // A name that was bound so has its message already.
            if matches!(scope.visible.get(&joined), Some(Some(_))) {
                self.errors.push(errors::kebab_name(&name, &joined));
            }
            expr.plain.retain(|plain| !joined.split('_').any(|part| plain == part));
            scope.visible.insert(name.to_string(), None);
        }
    }

    /// Stars in macros: what is no variable of the dataflow is left to rustc.
    fn in_macros(&mut self, expr: &mut Expr, marks: &[(String, Mark)], scope: &Scope) {
        let code = std::mem::take(&mut expr.code);
        expr.code = tokens::replace_idents(code, &mut |ident, after| {
            let (_, mark) = marks.iter().find(|(placeholder, _)| ident == placeholder)?;
            Some(match scope.visible.get(&mark.name.to_string()) {
                Some(var) => {
                    let (name, operation) = (mark.name.clone(), mark.operation);
                    expr.uses.push(Use { name, operation, var: *var });
                    mark.variable(after)
                }
                None => mark.dereference(),
            })
        });
    }

    fn lookup(&mut self, name: &Ident, operation: bool, scope: &mut Scope) -> Option<VarId> {
        let text = name.to_string();
        if let Some(var) = scope.visible.get(&text) {
            if operation && var.is_some_and(|var| self.vars[var].operation.is_none()) {
                self.errors.push(errors::not_an_operation(name));
            }
            return *var;
        }
        if operation {
            let operations = scope.visible.iter().filter_map(|(name, var)| Some((name, (*var)?)));
            let operations: Vec<String> = operations
                .filter(|(_, var)| self.vars[*var].operation.is_some())
                .map(|(name, _)| name.clone())
                .collect();
            self.errors.push(errors::unknown_operation(name, &operations));
        } else if scope.one_arm.contains(&text) {
            self.errors.push(errors::one_arm(name));
        } else {
            let known = || scope.visible.iter().filter_map(|(name, var)| Some((name, (*var)?)));
            let bound: Vec<String> = known()
                .filter(|(name, _)| !name.starts_with("__"))
                .map(|(name, _)| name.clone())
                .collect();
            let fields: Vec<String> = known()
                .filter(|(_, var)| self.vars[*var].shorthand)
                .map(|(name, _)| name.clone())
                .collect();
            self.errors.push(errors::unbound(name, &bound, &fields));
        }
        // One mistake, one message: from here on the name counts as bound.
        scope.visible.insert(text, None);
        None
    }

    pub(super) fn pattern(&mut self, pattern: &mut Pattern, scope: &mut Scope) {
        // A name twice in one pattern is one variable: the alternatives of `A(*x) | B(*x)`.
        let mut bound: BTreeMap<String, VarId> = BTreeMap::new();
        for bind in &mut pattern.binds {
            let text = bind.name.to_string();
            self.check_name(&bind.name, bind.operation.is_some());
            bind.var = match bound.get(&text) {
                Some(var) => *var,
                None => self.bind(&bind.name, bind.shorthand, bind.operation, scope),
            };
            bound.insert(text, bind.var);
        }
    }

    fn check_name(&mut self, name: &Ident, operation: bool) {
        let text = name.to_string();
        if tokens::is_upper_case(&text) || !tokens::is_value_name(&text) {
            self.errors.push(errors::upper_case(name, if operation { '%' } else { '*' }));
        }
    }

    pub(super) fn bind(
        &mut self,
        name: &Ident,
        shorthand: bool,
        operation: Option<OperationType>,
        scope: &mut Scope,
    ) -> VarId {
        let text = name.to_string();
        let owned = match scope.before_arm.get(&text) {
            Some(Some(hidden)) => self.next_name(&text, &self.vars[*hidden].owned),
            _ => text.clone(),
        };
        let var = self.vars.len();
        self.vars.push(Var { name: name.clone(), owned, shorthand, operation });
        scope.one_arm.remove(&text);
        scope.visible.insert(text, Some(var));
        var
    }

    /// A variable that no code can name.
    pub(super) fn hidden(&mut self, what: &str, span: Span) -> VarId {
        let mut owned = what.to_owned();
        while self.names.contains(&owned) {
            owned.push('_');
        }
        self.names.insert(owned.clone());
        let name = Ident::new(&owned, crate::tokens::glue_span(span));
        self.vars.push(Var { name, owned, shorthand: false, operation: None });
        self.vars.len() - 1
    }

    /// Within an arm a shadowed variable lives on, so the new one is told apart by a number.
    fn next_name(&self, name: &str, hidden: &str) -> String {
        let number = hidden
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('_'))
            .and_then(|rest| rest.parse().ok());
        let mut number: usize = number.unwrap_or(1);
        loop {
            number += 1;
            let owned = format!("{name}_{number}");
            if !self.names.contains(&owned) {
                return owned;
            }
        }
    }
}

/// What stands behind the star of `*name` in `code`.
fn behind_star(code: &[TokenTree], name: &Ident) -> Option<Vec<TokenTree>> {
    (0..code.len()).find_map(|at| match &code[at] {
        TokenTree::Group(group) => behind_star(&tokens::list(group.stream()), name),
        star if tokens::is_punct(Some(star), '*')
            && tokens::ident(code.get(at + 1)) == Some(name) =>
        {
            Some(code[at + 1..].to_vec())
        }
        _ => None,
    })
}
