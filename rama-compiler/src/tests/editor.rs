//! What rust-analyzer is given: it is Rust, whatever was typed, and what stands before the cursor
//! does not depend on what follows it.

#![allow(clippy::unwrap_used)]

use crate::compile::Compiled;
use crate::{editor, tokens};
use proc_macro2::{Group, TokenStream, TokenTree};

const MODULES: &[&str] = &[
    include_str!("modules/all_tasks.rama"),
    include_str!("modules/bank.rama"),
    include_str!("modules/both_arms_hop.rama"),
    include_str!("modules/compound.rama"),
    include_str!("modules/each.rama"),
    include_str!("modules/filters.rama"),
    include_str!("modules/many_variables.rama"),
    include_str!("modules/nested_ifs.rama"),
    include_str!("modules/path_functions.rama"),
    include_str!("modules/pstate_options.rama"),
    include_str!("modules/rust_code.rama"),
    include_str!("modules/shadowing.rama"),
];

const OPERATIONS: &str = r#"
    pub ramaop settle<T: Record>($$p: PMap<i64, i64>, *n: i64, *t: T) even> i64 odd> i64, T :> i64 {
        anchor> <start>;
        loop<- [*i: i64 = *n, *all = Vec::new() :> *out] {
            <<cond {
                case> *i > 3 => { :> *i; }
                default> => { continue> *i + 1, *all; }
            }
        }
        %self($$p, *out, *t) even> <even> *x odd>> *x, _ { :> *x; } :> *y;
        hook> <start>;
        <<subsource Some(*n) { case> Some(*m) => { even> *m; } case> None => { throw> "none {}", *n; } }
        anchor> <other>;
        unify> <even> <other>;
        <<branch <start> { select> $$p.key(*n).nil_to_val(0) :> *z; :> %range(0, *z); }
        <<ramaop %f(*k: i64) :> i64 { |hash($$p, *k); :> *k + *n; }
        %f(*n) :> *w;
        each_async> work(*w).await :> *v;
        <<each vec![*v] :> *one { assert> *one > 0, "text {one}"; }
        <<atomic { yield_if_overtime>; +compound $$p { *n => +sum(*w) }; }
        <<shadowif *n > 0 && %f(*n) > 1 { 1 :> *n; }
        :> *n;
    }
    ramafn fib(*n: i64) -> i64 {
        <<ramafn %g(*x: i64) -> i64 { :> *x; }
        <<switch *n { case> 0, 1 => { :> 1; } default> => { recur> %g(*n) - 1; } }
    }
"#;

/// Every way to cut off the tokens inside of groups, which stay closed.
fn cut(code: &TokenStream) -> Vec<TokenStream> {
    let code = tokens::list(code.clone());
    let mut found = Vec::new();
    for at in 0..code.len() {
        found.push(tokens::stream(&code[..at]));
        if let TokenTree::Group(group) = &code[at] {
            for inside in cut(&group.stream()) {
                let group = TokenTree::Group(Group::new(group.delimiter(), inside));
                let before = code[..at].iter().cloned();
                found.push(before.chain([group]).chain(code[at + 1..].iter().cloned()).collect());
            }
        }
    }
    found
}

fn check(what: &TokenStream, compiled: Compiled) {
    let parsed = syn::parse2::<syn::File>(compiled.code.clone());
    assert!(parsed.is_ok(), "{}\nof {what}\nis {}", parsed.err().unwrap(), compiled.code);
}

#[test]
fn whole_modules_become_rust() {
    for module in MODULES {
        let input: TokenStream = module.parse().unwrap();
        let compiled = editor::defmodule(input.clone());
        assert!(compiled.errors.is_empty());
        check(&input, compiled);
    }
}

/// What is written in the project's own macros is whole.
#[test]
fn nothing_is_repaired_that_is_whole() {
    struct Macros(Vec<TokenStream>);
    impl<'ast> syn::visit::Visit<'ast> for Macros {
        fn visit_macro(&mut self, found: &'ast syn::Macro) {
            if ["defmodule", "dataflow", "sources"].iter().any(|name| found.path.is_ident(name)) {
                self.0.push(found.tokens.clone());
            }
        }
    }
    let mut macros = Macros(vec![OPERATIONS.parse().unwrap()]);
    macros.0.extend(MODULES.iter().map(|module| module.parse().unwrap()));
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in
        ["stand_alone", "operations", "dataflow", "bank", "ranges", "async_calls", "fixed_keys"]
    {
        let file = std::fs::read_to_string(root.join(format!("tests/{name}.rs"))).unwrap();
        syn::visit::visit_file(&mut macros, &syn::parse_file(&file).unwrap());
    }
    assert!(macros.0.len() > 25);
    for code in macros.0 {
        assert_eq!(editor::repair(code.clone()).to_string(), code.to_string());
    }
}

#[test]
fn what_is_cut_off_anywhere_becomes_rust() {
    for module in MODULES {
        let input: TokenStream = module.parse().unwrap();
        for input in cut(&input) {
            check(&input, editor::defmodule(input.clone()));
        }
    }
    let operations: TokenStream = OPERATIONS.parse().unwrap();
    for input in std::iter::once(operations.clone()).chain(cut(&operations)) {
        check(&input, editor::operations(input.clone()));
    }
    for item in tokens::list(operations) {
        let TokenTree::Group(group) = item else { continue };
        for input in cut(&group.stream()) {
            let compiled = editor::stand_alone(input.clone());
            let parsed = syn::parse2::<syn::Expr>(compiled.code.clone());
            assert!(parsed.is_ok(), "{}\nof {input}\nis {}", parsed.err().unwrap(), compiled.code);
        }
    }
}

/// Completion finds its place in the expansion without its word by its place in the one with it.
#[test]
fn nothing_before_a_word_depends_on_it() {
    let statements = [
        "*t. WORD",
        "local_select> $$p. WORD",
        "local_select> $$p.key(* WORD)",
        "local_select> $$p.key(1). WORD",
        "local_transform> $$ WORD",
        "local_transform> $$p.key(*t. WORD)",
        "|hash(*t. WORD)",
        "+compound $$p { *t. WORD => +sum(1) };",
        "+compound $$p { 1 => +sum(* WORD) };",
        "<<if *t. WORD { 1 :> *x; }",
        "<<if *t > 1 { |all; *t. WORD } else { 1 :> *x; }",
        "%op(* WORD)",
        "%op(*t. WORD) :> *x;",
        "*t :> Pair { * WORD };",
        "filter> *t. WORD",
        "*t + * WORD",
        ":> *t. WORD",
        "+compound $$p { 1 => + WORD }",
        "<<if *t. WORD",
        "<<each vec![*t] :> *one { *one. WORD }",
    ];
    for statement in statements {
        let expand = |word: &str| {
            let code = format!(
                "1 :> *t; {} local_transform> $$p.key(*t).termval(2); :> *t;",
                statement.replace("WORD", word)
            );
            let input = format!("ramaop o($$p: PMap<i64, i64>) :> i64 {{ {code} }}");
            editor::operations(input.parse().unwrap()).code.to_string()
        };
        let with = expand("made_up_word");
        let without = expand("");
        let at = with.find("made_up_word").expect("the word is there");
        assert_eq!(with[..at], without[..at], "{statement}");
    }
}
