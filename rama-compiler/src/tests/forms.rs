//! What the compiler says to mistakes in each form of the language. A file in `mistakes/` holds one
//! piece of code per line, and its snapshot what is said to it, each with the token it is said at.
//!
//! A line has exactly one mistake, or as many as stand before it: `=0` is right, or left to rustc.

use super::mistakes::with_statements;
use crate::compile::{self, Compiled};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::fmt::Write;

/// What the lines of a file are.
#[derive(Clone, Copy)]
enum In {
    /// Statements of a topology.
    Topology,
    /// Statements of a `ramaop`.
    Ramaop,
    /// Statements of a `ramafn`.
    Ramafn,
    /// What `dataflow!` holds.
    Dataflow,
    /// What `sources!` holds in a file of its own.
    Sources,
    /// What `defmodule!` holds.
    Module,
}

impl In {
    fn compile(self, code: &str) -> Compiled {
        let code = match self {
            In::Topology => with_statements(code),
            In::Ramaop => format!(
                "ramaop op($$funds: PMap<i64, i64>, *id: i64) even> i64 odd> i64, i64 :> i64 {{ {code} }}"
            ),
            In::Ramafn => format!("ramafn fun(*id: i64, *acc: i64) -> i64 {{ {code} }}"),
            In::Dataflow | In::Sources | In::Module => code.to_owned(),
        };
        let input: TokenStream = code.parse().expect("the code is made of tokens");
        match self {
            In::Topology | In::Module => compile::defmodule(input),
            In::Ramaop | In::Ramafn | In::Dataflow => compile::dataflow(input),
            In::Sources => compile::sources(input),
        }
    }
}

fn check(name: &str, within: In, file: &str) {
    let mut table = String::new();
    for line in file.lines().filter(|line| !line.is_empty()) {
        let (expected, code) = match line.strip_prefix('=') {
            Some(rest) => rest.split_once(' ').expect("a space follows the number"),
            None => ("1", line),
        };
        let compiled = within.compile(code);
        writeln!(table, "{code}").expect("strings grow");
        let mut found = 0;
        for error in compiled.errors.iter() {
            found += 1;
            let token = error.span().source_text().unwrap_or_default();
            assert!(!token.is_empty() && token.len() < code.len().max(16), "no token of {code}");
            let message = error.to_string().replace('\n', "\n        ");
            writeln!(table, "    `{token}`: {message}").expect("strings grow");
        }
        writeln!(table).expect("strings grow");
        assert_eq!(found.to_string(), expected, "{table}");
        let rust = compiled.code;
        let is_rust = syn::parse2::<syn::File>(rust.clone()).is_ok()
            || syn::parse2::<syn::Expr>(rust).is_ok();
        assert!(is_rust, "there is code beside the errors of {code}");
    }
    insta::with_settings!({ snapshot_path => "../snapshots/mistakes", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, table);
    });
}

macro_rules! mistakes {
    ($($name:ident: $within:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), In::$within, include_str!(concat!("mistakes/", stringify!($name), ".rama")));
            }
        )*
    };
}

mistakes! {
    calls: Topology
    nested_operations: Topology
    operations_as_values: Topology
    emissions: Topology
    emissions_in_operations: Ramaop
    functions: Ramafn
    blocks: Topology
    loops: Topology
    filters: Topology
    async_calls: Topology
    anchors: Topology
    pstates: Topology
    partitioners: Topology
    stand_alone_blocks: Dataflow
    definitions: Dataflow
    sources_in_files: Sources
    computed_names: Module
    path_functions: Module
}

/// Typical statements, one per form.
const STATEMENTS: &[&str] = &[
    "%split(*id) even> <b> *x odd>> *y { *y :> *z; } :> *w: i64;",
    "%ops::pairs::<i64>(vec![*id], $$funds) :> (*i, *n), *m;",
    "foo(%explode(*id) + 1, %op(*id)) :> *x;",
    "even> *id, *id;",
    "assert> *id > 1, \"the id is {}\", *id;",
    "throw> \"the id is {}\", *id;",
    "<<cond { case> *id > 1 => { 1 :> *x; } default> => { 2 :> *x; } }",
    "<<switch *id { case> 1, 2 => { 1 :> *x; } default> => { 2 :> *x; } }",
    "<<subsource *id { case> Some(Event { *id, n: *n }) => { *n :> *x; } default> => { 2 :> *x; } }",
    "<<shadowif *id > 1 { 2 :> *id; }",
    "<<do { 1 :> *x; }",
    "<<each *id.iter() :> *x { foo(*x); }",
    "<<atomic { |hash(*id); foo(*id); }",
    "<<branch <a> { foo(*id); }",
    "<<ramafn %f(*x: i64, %g: Fun<(i64,), i64>) -> Vec<i64> { :> vec![*x]; }",
    "<<ramaop %f(*x: i64) :> i64, Vec<i64> { :> *x, vec![*x]; }",
    "loop<- [*i = 0, *list: Vec<i64> = vec![] :> *out, *n] { :> *i, *list; continue> *i + 1, vec![]; }",
    "anchor> <b>;",
    "yield_if_overtime>;",
    "select> $$funds.key(*id + 1).nil_to_val(0) :> *x: i64;",
    "yielding_select> $$funds.all() :> (*k, *v);",
    "local_clear> $$funds;",
    "each_async> fetch(*id).await :> *x: i64;",
    "|shuffle;",
    "|custom(choose, *id);",
    "|path($$funds.key(*id));",
    "|hash($$funds, *id);",
    "|direct(*events, 1);",
];

/// What is typed of a statement before it is whole, with the brackets that editors close.
fn prefixes(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = TokenStream::new();
    for token in tokens.clone() {
        found.push(before.to_string());
        if let TokenTree::Group(group) = &token {
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ('(', ')'),
                Delimiter::Brace => ('{', '}'),
                Delimiter::Bracket => ('[', ']'),
                Delimiter::None => continue,
            };
            for inner in prefixes(&group.stream()) {
                found.push(format!("{before} {open} {inner} {close}"));
            }
        }
        before.extend([token]);
    }
    found
}

/// A statement that is being typed is at most one mistake, and leaves those behind it alone.
#[test]
fn half_typed_forms() {
    for statement in STATEMENTS {
        let tokens: TokenStream = statement.parse().expect("the statement is made of tokens");
        for half in prefixes(&tokens) {
            for behind in [
                "; *id + 1 :> *next; *next :> *last;",
                "; <<if *id > 1 { 1 :> *next; } else { 2 :> *next; } *next :> *last;",
                "\n local_select> $$funds.key(*id) :> *next; *next :> *last;",
                "\n <<do { 1 :> *next; } *next :> *last;",
                "\n %op(*id) :> *next; *next :> *last;",
            ] {
                let code = format!("anchor> <a>; {half}{behind}");
                for within in [In::Topology, In::Ramaop] {
                    let compiled = within.compile(&code);
                    let errors: Vec<String> =
                        compiled.errors.iter().map(ToString::to_string).collect();
                    // A name that is not there is a mistake of its own beside a missing `;`.
                    let mistakes = errors.iter().filter(|error| {
                        !["missing `;`", "unbound", "no variable"]
                            .iter()
                            .any(|other| error.starts_with(other))
                    });
                    assert!(mistakes.count() < 2, "{code}\n{errors:#?}");
                    assert!(errors.len() < 3, "{code}\n{errors:#?}");
                    assert!(
                        !errors.iter().any(|error| error.starts_with("unbound variable `*next`")),
                        "{code}\n{errors:#?}"
                    );
                }
            }
        }
    }
}
