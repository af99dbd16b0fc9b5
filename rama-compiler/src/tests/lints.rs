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
    let select = "`select>` leads to where the code already is\\nhelp: write `local_select>`";
    let elsewhere = "the code is on the task of `*id`, and `*other` may live on another one\\nhelp: write `|hash(*other);` before, or `#[unaligned]` before this statement if that is meant";
    let behind = "nothing behind `throw>` runs\\nhelp: remove it, or put `throw>` into a branch";
    let unread = "nothing reads what `%f` emits\\nhelp: name it where `%f` is called: `%f(…) :> *value;`, or leave the emission out";
    let stream = "nothing reads the stream `even>`\\nhelp: go on from it: `hook> <even>;`, or leave `even>` out";
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
        ("anchor> <a>; <<ramaop %f(*a: i64) :> i64 { :> *a; } %f(1); hook> <a>;", &[unread]),
        (
            "anchor> <a>; <<ramaop %f(*a: i64) :> i64 { :> *a; } <<if *id > 1 { %f(1); } hook> <a>;",
            &[unread],
        ),
        ("anchor> <a>; <<ramaop %f(*a: i64) :> i64 { :> *a; } %f(1); %f(2) :> _; hook> <a>;", &[]),
        ("anchor> <a>; <<ramaop %f(*a: i64) :> i64 { :> *a; } %f(1); *id; hook> <a>;", &[]),
        ("anchor> <a>; <<ramaop %f(*a: i64) :> i64 { filter> *a > 1; } %f(1); hook> <a>;", &[]),
        ("<<ramaop %f(*a: i64) :> i64 { :> *a; } %f(1) :> *x; *x;", &[]),
        ("<<ramaop %f(*a: i64) :> i64 { :> *a; } %f(1) :> _;", &[]),
        ("<<ramaop %f(*a: i64) :> i64 { :> *a; } %f(1); *id;", &[]),
        ("<<ramaop %f(*a: i64) :> i64 { :> *a; } %f(%f(1)); *id;", &[]),
        ("<<ramaop %f(*a: i64) :> i64 { :> *a; } g(*f); *id;", &[]),
        (
            "<<ramaop %f(*a: i64) :> i64 { <<if *a > 0 { %self(*a - 1) :> *b; :> *b; } else { :> *a; } } %f(1); *id;",
            &[],
        ),
        ("%split(*id) even> <even> _ :> *n; *n;", &[stream]),
        ("%split(*id) even> <even> *e :> *n; *n;", &[&unused("e")]),
        ("%split(*id) even> <even> _ :> *n; *n; hook> <even>; *id;", &[]),
        ("throw> \"no\"; 1 :> *x; *x;", &[behind]),
        ("<<if *id > 1 { throw> \"no\"; } 1 :> *x; *x;", &[]),
        ("|hash(*id); *id;", &[&already("hash")]),
        ("|hash(*other); *id;", &[]),
        ("select> $$funds.key(*id) :> *_x;", &[select]),
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
    let mut said = Vec::new();
    for (statements, expected) in cases {
        assert_eq!(warnings(statements), *expected, "in {statements}");
        said.extend(warnings(statements));
    }
    for row in documented() {
        assert!(said.iter().any(|warning| warning.starts_with(&row)), "nothing says: {row}");
    }
}

/// What the table of warnings in `docs/mistakes.md` says that is said.
fn documented() -> Vec<String> {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/mistakes.md");
    let document = std::fs::read_to_string(document).expect("the page is there");
    let (_, table) = document.split_once("| mistake | Rama | here |\n").expect("there is a table");
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.trim().trim_end_matches(" |").rsplit_once(" | "));
    let rows: Vec<String> = cells.map(|(_, here)| here.replace("\\|", "|")).collect();
    assert!(!rows.is_empty());
    rows
}
