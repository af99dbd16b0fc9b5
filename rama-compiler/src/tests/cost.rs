//! What statements cost: tokens of the expansion, counted instead of time. They grow with the number
//! of statements and not faster, and a change that makes them dearer is seen here.

use crate::compile;
use proc_macro2::{TokenStream, TokenTree};

fn count(tokens: TokenStream) -> usize {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => 2 + count(group.stream()),
            _ => 1,
        })
        .sum()
}

/// Tokens of the expansion of a module with so many statements of a kind.
fn tokens(statements: usize, statement: impl Fn(usize) -> String) -> usize {
    let body: String = (0..statements).map(statement).collect();
    let module = format!(
        "pub module M {{ depot *d: i64, random; microbatch t {{ pstate $$p: PMap<i64, i64>; sources! {{
            source> *d :> %mb; %mb() :> *x0; {body} filter> *x{statements} > 0;
        }} }} }}"
    );
    let compiled = compile::defmodule(module.parse().expect("the module is made of tokens"));
    assert!(compiled.errors.is_empty());
    count(compiled.code)
}

#[test]
fn the_expansion_grows_with_the_statements_and_not_faster() {
    type Make = fn(usize) -> String;
    let kinds: &[(&str, usize, Make)] = &[
        ("value", 30, |n| format!("*x{n} + 1 :> *x{};", n + 1)),
        ("select", 50, |n| format!("local_select> $$p.key(*x{n}).nil_to_val(0) :> *x{};", n + 1)),
        ("filter", 50, |n| format!("filter> *x{n} > 1; *x{n} :> *x{};", n + 1)),
        ("if", 70, |n| {
            format!("<<if *x{n} > 1 {{ 1 :> *x{m}; }} else {{ 2 :> *x{m}; }}", m = n + 1)
        }),
        ("hop", 210, |n| format!("|hash(*x{n}); *x{n} + 1 :> *x{};", n + 1)),
        ("operation", 330, |n| format!("%op(*x{n}) :> *x{};", n + 1)),
        ("loop", 400, |n| {
            format!("loop<- [*i = *x{n} :> *x{}] {{ :> *i; continue> *i + 1; }}", n + 1)
        }),
    ];
    for (name, most, statement) in kinds {
        let empty = tokens(0, statement);
        let (few, many) = (tokens(50, statement) - empty, tokens(400, statement) - empty);
        let (each_of_few, each_of_many) = (few / 50, many / 400);
        assert!(each_of_many <= *most, "{name}: {each_of_many} tokens for a statement");
        assert!(
            each_of_many <= each_of_few + each_of_few / 10,
            "{name}: {each_of_few} tokens for each of 50 statements, {each_of_many} of 400"
        );
    }
}
