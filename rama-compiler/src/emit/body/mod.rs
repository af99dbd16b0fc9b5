//! The body of one closure: its operations in order, as flat as Rust allows.
//!
//! [`run`] has what emits once, [`flow`] blocks and loops, [`jump`] the ways to other states.

mod flow;
mod jump;
mod run;

use super::env::Env;
use super::frame;
use super::names::{self, Glue, glue_span};
use crate::ast::{Kind, Pattern, Statement, VarId};
use crate::plan::{CodePlan, Jump, Live, Op, live_into};
use crate::tokens;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::BTreeSet;
use syn::Lifetime;

pub(crate) struct Body<'p> {
    pub(crate) plan: &'p CodePlan<'p>,
    pub(crate) env: &'p Env<'p>,
    pub(crate) glue: &'p Glue,
    /// Variables that Rust code or a looking slot mentions, so far.
    pub(crate) wanted: BTreeSet<VarId>,
    /// The same for the whole closure: these get a reference under the user's name.
    referenced: BTreeSet<VarId>,
    /// Variables bound in this closure, so far.
    bound: Live,
    /// Variables bound outside of the loop that is being written: never moved.
    pub(crate) repeated: Live,
    /// How code leaves what it stands in, so that nothing behind it runs.
    stop: Stop,
    /// Labels that something jumps to.
    used: BTreeSet<String>,
    /// Labels given out.
    labels: usize,
    /// Keys of `+compound` that have been evaluated once for several places.
    keys: usize,
}

/// The way out of the code that is being written.
#[derive(Clone)]
enum Stop {
    /// Out of the closure.
    Return,
    /// To the next round of a `for`; with its label where another loop is in between.
    Continue { label: String, is_near: bool },
    /// Out of a labelled block.
    Break { label: String },
}

impl<'p> Body<'p> {
    /// Writes a closure's body: `head` binds what it is given, then `ops` follow.
    pub(crate) fn write(
        plan: &'p CodePlan<'p>,
        env: &'p Env<'p>,
        glue: &'p Glue,
        ops: &[Op<'_>],
        given: &[VarId],
        head: impl Fn(&mut Self) -> TokenStream,
    ) -> TokenStream {
        let mut referenced = BTreeSet::new();
        // References are made where a variable is bound, but what wants them comes
        // later: the first round finds out, the second writes.
        let mut code = TokenStream::new();
        for _ in 0..2 {
            let mut body = Body {
                plan,
                env,
                glue,
                wanted: BTreeSet::new(),
                referenced,
                bound: given.iter().copied().collect(),
                repeated: Live::new(),
                stop: Stop::Return,
                used: BTreeSet::new(),
                labels: 0,
                keys: 0,
            };
            code = head(&mut body);
            code.extend(body.ops(ops, &Live::new()));
            referenced = body.wanted;
        }
        code
    }

    /// The pattern with its variables as owned values.
    pub(crate) fn pattern(&mut self, pattern: &Pattern) -> TokenStream {
        self.bound.extend(pattern.binds.iter().map(|bind| bind.var));
        tokens::replace_idents(pattern.template.clone(), &mut |ident, _| {
            let bind = pattern.binds.iter().find(|bind| ident == &bind.placeholder)?;
            let name = names::owned(&self.plan.code.vars[bind.var], bind.name.span());
            Some(quote!(#name))
        })
    }

    /// `let pattern: Type = value;` and the references to what it binds.
    pub(crate) fn bind(
        &mut self,
        pattern: &Pattern,
        value: &TokenStream,
        span: Span,
    ) -> TokenStream {
        let code = self.pattern(pattern);
        let ascription = &pattern.ascription;
        let references = self.references(pattern.binds.iter().map(|bind| bind.var));
        quote_spanned!(span=> let #code #ascription = #value; #references)
    }

    /// `let x = &x;` for those of `vars` that Rust code mentions: the owned value
    /// stays under a name of its own, so that a frame can still move it.
    pub(crate) fn references(&mut self, vars: impl Iterator<Item = VarId>) -> TokenStream {
        let vars: BTreeSet<VarId> = vars.filter(|var| self.referenced.contains(var)).collect();
        let (names, values): (Vec<Ident>, Vec<Ident>) = vars
            .into_iter()
            .map(|var| {
                (self.plan.code.vars[var].name.clone(), names::owned_at_binding(self.plan, var))
            })
            .unzip();
        match names.as_slice() {
            [] => TokenStream::new(),
            [name] => quote!(let #name = #(&#values)*;),
            names => quote!(let (#(#names),*) = (#(&#values),*);),
        }
    }

    fn cx(&self, user: Span) -> Ident {
        self.glue.name("cx", user)
    }

    fn ops(&mut self, ops: &[Op<'_>], after: &Live) -> TokenStream {
        let mut code = TokenStream::new();
        for (at, op) in ops.iter().enumerate() {
            let live = live_into(&ops[at + 1..], after);
            code.extend(self.op(op, &live));
        }
        code
    }

    fn op(&mut self, op: &Op<'_>, after: &Live) -> TokenStream {
        match op {
            Op::Run(statement) => self.run(statement, after),
            Op::Filter(statement) => self.filter(statement),
            Op::Stop => {
                let stop = self.stop();
                quote!(#stop;)
            }
            Op::Each { statement, body } => self.each(statement, body, after),
            Op::Branch { statement, arms, outputs } => self.branch(statement, arms, outputs, after),
            Op::Yield(vars) => {
                let values: Vec<TokenStream> =
                    vars.iter().map(|var| self.carried(*var, true, after)).collect();
                one_or_tuple(&values, Span::call_site())
            }
            Op::Inner { statement, body } => self.inner(statement, body, after),
            Op::Fork(branches) => self.fork(branches, after),
            Op::Loop { statement, body } => self.looping(statement, body, after),
            Op::Break { statement, number } => self.leave(statement, *number, after),
            Op::Next { statement, number } => self.next(statement, *number, after),
            Op::Recur(statement) => self.recur(statement, after),
            Op::EnterLoop { statement, jump } => self.enter_loop(statement, jump, after),
            Op::Again { statement, jump } => self.again(statement, jump, after),
            Op::EmitFromLoop { statement, to } => {
                self.emit_from_loop(statement, to.as_ref(), after)
            }
            Op::Emit(statement) => self.emit(statement, after),
            Op::Hop { statement, to } => self.hop(statement, to.as_ref(), after),
            Op::Overtime { statement, to } => self.overtime(statement, to.as_ref(), after),
            Op::Enter(jump) => {
                let cx = self.cx(Span::call_site());
                let (label, frame) = (self.label(jump.state), self.frame(jump, after));
                quote!(#cx.enter(#label, #frame);)
            }
            Op::Call { statement, jump } => self.call(statement, jump, after),
            Op::CallItself { statement, outputs, jump } => {
                self.call_itself(statement, outputs, jump, after)
            }
            Op::Invoke { statement, of, jump } => self.invoke(statement, of, jump, after),
            Op::Pages { statement, jump } => self.pages(statement, jump, after),
            Op::Async { statement, jump } => self.each_async(statement, jump, after),
            Op::Define { statement, jump } => self.define(statement, jump, after),
        }
    }

    /// Names the running statement in errors.
    fn at(&self, statement: &Statement) -> TokenStream {
        if self.env.is_function() {
            return TokenStream::new();
        }
        let (cx, text, user) = (self.cx(statement.span), &statement.text, statement.span);
        if statement.is_unaligned {
            return quote_spanned!(user=> #cx.at_unaligned(#text););
        }
        at(&cx, text, user)
    }

    /// Leaves the code that is being written.
    fn stop(&mut self) -> TokenStream {
        match self.stop.clone() {
            Stop::Return => match self.env.ended_without_emission() {
                Some(ended) => ended,
                None => quote!(return),
            },
            Stop::Continue { is_near: true, .. } => quote!(continue),
            Stop::Continue { label, is_near: false } => {
                let lifetime = self.used_label(&label);
                quote!(continue #lifetime)
            }
            Stop::Break { label } => {
                let lifetime = self.used_label(&label);
                quote!(break #lifetime)
            }
        }
    }

    /// A label that nothing has yet.
    fn fresh_label(&mut self, what: &str) -> String {
        self.labels += 1;
        format!("'{what}_{}", self.labels)
    }

    fn used_label(&mut self, label: &str) -> Lifetime {
        self.used.insert(label.to_owned());
        lifetime(label)
    }

    /// `'label:` if something jumps to it.
    fn declared_label(&self, label: &str) -> Option<TokenStream> {
        self.used.contains(label).then(|| {
            let lifetime = lifetime(label);
            quote!(#lifetime:)
        })
    }

    /// The label of a state.
    fn label(&self, state: usize) -> Ident {
        self.glue.name(&self.plan.states[state].label, Span::call_site())
    }

    /// Variables as a frame on its way.
    fn frame(&mut self, jump: &Jump, after: &Live) -> TokenStream {
        let vars = &jump.frame;
        let values = vars.iter().enumerate().map(|(at, var)| {
            let last = !vars[at + 1..].contains(var);
            let mention = frame::mention_behind(self.plan, jump.state, at);
            self.carried_to(mention, *var, last, after)
        });
        frame::tuple(values.collect())
    }

    /// A variable that leaves this closure: moved, unless it is needed again.
    fn carried(&self, var: VarId, last: bool, after: &Live) -> TokenStream {
        self.carried_to(None, var, last, after)
    }

    /// The same, to where it is mentioned next. There rustc says that it cannot be carried, and if
    /// the clone has the same span, not again that it cannot be cloned.
    fn carried_to(
        &self,
        mention: Option<Span>,
        var: VarId,
        last: bool,
        after: &Live,
    ) -> TokenStream {
        let name = names::owned_at_binding(self.plan, var);
        if last && !self.repeated.contains(&var) && !after.contains(&var) {
            return quote!(#name);
        }
        let Some(user) = mention else {
            return quote_spanned!(glue_span(name.span())=> #name.clone());
        };
        // rustc blames what is passed, so that is a name with the user's own span, too.
        let passed = Ident::new("carried", user);
        quote_spanned!(user=> { let #passed = &#name; ::core::clone::Clone::clone(#passed) })
    }
}

fn lifetime(label: &str) -> Lifetime {
    Lifetime::new(label, Span::mixed_site())
}

/// Several values make a tuple, whose own tokens are at `span`.
fn one_or_tuple(values: &[TokenStream], span: Span) -> TokenStream {
    match values {
        [one] => one.clone(),
        values => quote_spanned!(span=> (#(#values),*)),
    }
}

/// Values as the arguments of an operation: a tuple, also of one.
fn arguments(values: &[TokenStream], span: Span) -> TokenStream {
    quote_spanned!(span=> (#(#values,)*))
}

/// Names the running statement in errors. The call carries the user's own span, since that is the
/// line that errors name.
pub(super) fn at(cx: &Ident, text: &str, user: Span) -> TokenStream {
    quote_spanned!(user=> #cx.at(#text);)
}

/// Whether `block` has a `recur>` of its own function.
pub(super) fn recurs(block: &[Statement]) -> bool {
    block.iter().any(|statement| match &statement.kind {
        Kind::Anonymous(_) => false,
        Kind::Recur { .. } => true,
        kind => kind.blocks().into_iter().any(|block| recurs(block)),
    })
}

/// Where glue of a statement is located.
fn glue_of(statement: &Statement) -> Span {
    glue_span(statement.span)
}
