//! Whatever is written, the compiler answers with code and messages and never panics: modules,
//! operations and blocks whose tokens are dropped, doubled, swapped, replaced and cut off.
//!
//! `RAMA_FUZZ=1000000` tries more, `RAMA_FUZZ_SEED=7` others.

use crate::compile;
use proc_macro2::{Group, TokenStream, TokenTree};

/// Modules that compile, to be damaged.
const MODULES: &[&str] = &[
    include_str!("modules/all_tasks.rama"),
    include_str!("modules/bank.rama"),
    include_str!("modules/both_arms_hop.rama"),
    include_str!("modules/compound.rama"),
    include_str!("modules/each.rama"),
    include_str!("modules/many_variables.rama"),
    include_str!("modules/nested_ifs.rama"),
    include_str!("modules/rust_code.rama"),
    include_str!("modules/shadowing.rama"),
];

/// Statements of every form; blocks and the bodies of operations are made of them.
const STATEMENTS: &[&str] = &[
    "*n + 1 :> *m;",
    "%explode(vec![*n, *m]) :> *x;",
    "%split(*n, $$p) even> <even> *x, odd>> *y { :> *y; } :> <rest> *z: Vec<i64>;",
    "f(%op(*n) + 1, *m) || %op(*n) :> *b;",
    ":> *n, *m;",
    "even> *n;",
    "filter> *n > 3;",
    "assert> *n > 3, \"{} {m}\", *n;",
    "throw> \"no {n}\";",
    "<<if *n > 1 { 1 :> *x; } else <<if %op(*n) { 2 :> *x; } else { throw> \"x\"; }",
    "<<cond { case> *n > 1 => { 1 :> *x; } default> => { 2 :> *x; } }",
    "<<switch *n { case> 1, 2 => { :> 3; } default> => { } }",
    "<<subsource *e { case> Event::A { *id, .. } => { :> *id; } default> => { } }",
    "<<shadowif *n > 1 { 2 :> *n; }",
    "<<do { 1 :> *x; }",
    "<<each vec![1, 2] :> *x { :> *x; }",
    "<<atomic { %range(0, 3) :> *x; }",
    "anchor> <a>; hook> <a>; <<branch <a> { 1 :> *x; } unify> <a> <b>;",
    "loop<- [*i = 0, *l: Vec<i64> = vec![] :> *o] { :> *i; continue> *i + 1, *l; }",
    "recur> *n - 1, *m;",
    "%self(*n - 1) :> *k;",
    "<<ramafn %f(*x: i64) -> i64 { :> *x + *n; }",
    "<<ramaop %g(*x: i64) :> i64, i64 { |hash(*x); :> *x, *x; }",
    "%f(*n) :> %h: Op<(i64,), i64>;",
    "yield_if_overtime>;",
    "each_async> fetch(*n).await? :> *v;",
    "local_select> $$p.key(*n).all() :> (*k, *v);",
    "select> $$p.key(*n + 1).nil_to_val(0) :> *v;",
    "yielding_select> $$p.all() :> (*k, *v);",
    "local_transform> $$p.key(*n).term(|v| v + *m);",
    "local_clear> $$p;",
    "+compound $$p { *n => { count: +count(), sum: +sum(*m) } };",
    "|hash($$p, *n); |custom(choose, *n, *m); |path($$p.key(*n)); |shuffle; |all(*depot); |direct(3);",
    "#[unaligned] local_select> $$p.must(*n) :> *v;",
];

/// Words to be put anywhere.
const WORDS: &[&str] = &[
    "*",
    "x",
    "*n",
    "$$",
    "$$p",
    "%",
    "%f",
    "|",
    "<<",
    "<<if",
    "else",
    ":>",
    ":",
    ">",
    ";",
    ",",
    "()",
    "{}",
    "[]",
    "=>",
    "->",
    "+",
    "=",
    ".",
    "::",
    "<",
    "case>",
    "default>",
    "loop<-",
    "continue>",
    "ramafn",
    "ramaop",
    "hook>",
    "<a>",
    "match",
    "\"{x:>y$}\"",
    "1",
    "?",
    "&&",
    "||",
    "..",
    "'a",
    "#",
    "self",
    "_",
    "r#type",
    "return",
    "async",
    "in",
    "pub",
    "where",
];

fn tokens(text: &str) -> Vec<TokenTree> {
    text.parse::<TokenStream>().expect("the text is made of tokens").into_iter().collect()
}

/// Damages `code` somewhere, at any depth.
fn damage(code: Vec<TokenTree>, random: &mut fastrand::Rng) -> Vec<TokenTree> {
    if code.is_empty() {
        return tokens(WORDS[random.usize(..WORDS.len())]);
    }
    let at = random.usize(..code.len());
    let mut code = code;
    if let TokenTree::Group(group) = &code[at]
        && random.u8(..4) > 0
    {
        let inner = damage(group.stream().into_iter().collect(), random);
        let mut damaged = Group::new(group.delimiter(), inner.into_iter().collect());
        damaged.set_span(group.span());
        code[at] = TokenTree::Group(damaged);
        return code;
    }
    match random.u8(..6) {
        0 => drop(code.remove(at)),
        1 => code.insert(at, code[at].clone()),
        2 => {
            let other = random.usize(..code.len());
            code.swap(at, other);
        }
        3 => code.truncate(at),
        4 => {
            code.splice(at..=at, tokens(WORDS[random.usize(..WORDS.len())]));
        }
        _ => {
            code.splice(at..at, tokens(WORDS[random.usize(..WORDS.len())]));
        }
    }
    code
}

/// Some statements, as they come.
fn statements(random: &mut fastrand::Rng) -> String {
    let count = random.usize(1..7);
    (0..count).map(|_| STATEMENTS[random.usize(..STATEMENTS.len())]).collect()
}

type Compile = fn(TokenStream) -> compile::Compiled;

/// A source that is nearly right, and what compiles it.
fn source(random: &mut fastrand::Rng) -> (String, Compile) {
    match random.u8(..5) {
        0 => (MODULES[random.usize(..MODULES.len())].to_owned(), compile::defmodule),
        1 => {
            let body = statements(random);
            let module = format!(
                "pub module M {{ depot *d: i64, hash_by(.n); microbatch t {{ pstate $$p: PMap<i64, i64>; sources! {{ source> *d :> %mb; %mb() :> *n; {body} }} }} }}"
            );
            (module, compile::defmodule)
        }
        2 => {
            let (first, second) = (statements(random), statements(random));
            let items = format!(
                "pub ramaop op<T>($$p: PMap<i64, T>, %f: Fun<(i64,), i64>, *n: i64) even> i64 odd> i64 :> i64, T where T: Record {{ {first} }} ramafn f(*n: i64, *m: i64) -> i64 {{ {second} }}"
            );
            (items, compile::dataflow)
        }
        3 => {
            let body = statements(random);
            let part =
                format!("pub part in crate::M::t {{ source> *d :> %mb; %mb() :> *n; {body} }}");
            (part, compile::sources)
        }
        _ => (format!("1 :> *n; {}", statements(random)), compile::dataflow),
    }
}

#[test]
fn no_tokens_make_the_compiler_panic() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let inputs: u64 = number("RAMA_FUZZ").unwrap_or(10_000);
    let mut random = fastrand::Rng::with_seed(number("RAMA_FUZZ_SEED").unwrap_or(1));
    let mut with_errors = 0_u64;
    for _ in 0..inputs {
        let (source, compile) = source(&mut random);
        let mut code = tokens(&source);
        for _ in 0..random.u8(..4) {
            code = damage(code, &mut random);
        }
        let input: TokenStream = code.into_iter().collect();
        let text = input.to_string();
        let compiled = std::panic::catch_unwind(|| {
            let compiled = compile(input);
            (compiled.errors.is_empty(), compiled.expand())
        });
        match compiled {
            Ok((is_right, _)) => with_errors += u64::from(!is_right),
            Err(_) => panic!("the compiler panics over: {text}"),
        }
    }
    assert!(with_errors > inputs / 4, "only {with_errors} of {inputs} had errors");
}
