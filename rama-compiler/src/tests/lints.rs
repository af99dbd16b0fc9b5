//! What the compiler warns of: a table of statements and warnings.

use crate::compile;

/// The warnings for some statements of a topology, as the notes of what the expansion uses.
fn warnings(statements: &str) -> Vec<String> {
    let module = format!(
        "pub module M {{
            depot *events: Event, hash_by(.id);
            microbatch topo {{
                pstate $$funds: PMap<i64, i64>;
                pstate $$all: PMap<i64, i64>, global;
                pstate $$placed: PMap<i64, i64>, key_partitioner(by_tens);
                sources! {{
                    source> *events :> %mb;
                    %mb() :> Event {{ *id, *other, .. }};
                    {statements}
                    *id + *other;
                }}
            }}
        }}"
    );
    let compiled = compile::defmodule(module.parse().expect("the module is made of tokens"));
    let errors: Vec<String> = compiled.errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, Vec::<String>::new(), "in {statements}");
    let code = compiled.code.to_string();
    code.split("deprecated (note = \"")
        .skip(1)
        .filter_map(|rest| rest.split_once("\")]").map(|(note, _)| note.to_owned()))
        .collect()
}

#[test]
fn what_is_hardly_meant() {
    let unused = |name: &str| {
        format!("unused variable `*{name}`\\nhelp: write `_`, or `*_{name}` if that is meant")
    };
    let already =
        |name: &str| format!("`|{name}` leads to where the code already is\\nhelp: remove it");
    let elsewhere = "the code is on the task of `*id`, and `*other` may live on another one\\nhelp: write `|hash(*other);` before, or `#[unaligned]` before this statement if that is meant";
    let behind = "nothing behind `throw>` runs\\nhelp: remove it, or put `throw>` into a branch";
    let cases: &[(&str, &[&str])] = &[
        ("1 :> *x;", &[&unused("x")]),
        ("1 :> *_x;", &[]),
        ("1 :> *x; *x + 1 :> *x; *x;", &[]),
        ("1, 2 :> *a, *b; *a;", &[&unused("b")]),
        ("<<if *id > 1 { 1 :> *x; } else { 2 :> *x; } *x;", &[]),
        ("<<if *id > 1 { 1 :> *x; } else { 2 :> *x; }", &[&unused("x"), &unused("x")]),
        ("1 :> *x; format!(\"{x}\");", &[]),
        ("loop<- [*i = 0 :> *out] { continue> *i + 1; } *out;", &[]),
        ("loop<- [*i = 0, *j = 1 :> *out] { :> *i; } *out;", &[&unused("j")]),
        ("%explode(0..3) :> *x;", &[&unused("x")]),
        ("<<ramafn %f(*a: i64, *b: i64) -> i64 { :> *a; } %f(1, 2);", &[&unused("b")]),
        ("throw> \"no\"; 1 :> *x; *x;", &[behind]),
        ("<<if *id > 1 { throw> \"no\"; } 1 :> *x; *x;", &[]),
        ("|hash(*id); *id;", &[&already("hash")]),
        ("|hash(*other); *id;", &[]),
        ("|hash(*other); *id; |hash(*other); *id;", &[&already("hash")]),
        ("|global; *id; |global; *id;", &[&already("global")]),
        ("|global; |all; |global; *id;", &[]),
        ("<<if *id > 1 { |global; } |hash(*id); *id;", &[]),
        ("local_transform> $$funds.key(*id).termval(1);", &[]),
        ("local_transform> $$funds.key(*other).termval(1);", &[elsewhere]),
        ("#[unaligned] local_transform> $$funds.key(*other).termval(1);", &[]),
        ("local_select> $$funds.key(*other) :> *_x;", &[elsewhere]),
        ("+compound $$funds { *other => +count() };", &[elsewhere]),
        ("|hash(*other); +compound $$funds { *other => +count() };", &[]),
        ("|hash(*other); |hash(*id); +compound $$funds { *other => +count() };", &[elsewhere]),
        ("select> $$funds.key(*other) :> *_x;", &[]),
        ("local_select> $$all.key(*other) :> *_x;", &[]),
        ("+compound $$placed { *other => +count() };", &[]),
        ("select> $$placed.key(*id) :> *_x;", &[]),
        ("|path($$placed.key(*id)); local_select> $$funds.key(*other) :> *_x;", &[]),
        ("|hash(*other); select> $$all.count() :> *_x; |global; *id;", &[&already("global")]),
        (
            "select> $$funds.key(*id) :> *_x;",
            &["`select>` leads to where the code already is\\nhelp: write `local_select>`"],
        ),
        ("%op(*id) :> *x; +compound $$funds { *other => +sum(*x) };", &[]),
    ];
    for (statements, expected) in cases {
        assert_eq!(warnings(statements), *expected, "in {statements}");
    }
}
