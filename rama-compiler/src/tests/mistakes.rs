//! What the compiler says to what is wrong: a table of module, statement and message.

use crate::compile;
use proc_macro2::TokenStream;

/// The messages for a module, each without its help.
fn errors(module: &str) -> Vec<String> {
    let input: TokenStream = module.parse().expect("the module is made of tokens");
    let compiled = compile::defmodule(input);
    syn::parse2::<syn::File>(compiled.code.clone()).expect("there is code beside errors");
    compiled.errors.iter().map(ToString::to_string).collect()
}

/// A module around some statements.
pub(super) fn with_statements(statements: &str) -> String {
    format!(
        "pub module M {{
            depot *events: Event, hash_by(.id);
            microbatch topo {{
                pstate $$funds: PMap<i64, i64>;
                sources! {{
                    source> *events :> %mb;
                    %mb() :> Event {{ *id, *name, *amount }};
                    {statements}
                }}
            }}
        }}"
    )
}

/// Each piece of source has exactly the given messages, whose first lines and helps are
/// written with ` / ` between them.
fn check(cases: &[(&str, &[&str])], module: impl Fn(&str) -> String) {
    for (source, expected) in cases {
        let found: Vec<String> =
            errors(&module(source)).iter().map(|error| error.replace("\nhelp: ", " / ")).collect();
        assert_eq!(found, *expected, "in {source}");
    }
}

#[test]
fn names() {
    check(
        &[
            (
                "1 :> *total; *totla + 1 :> *x;",
                &["unbound variable `*totla` / did you mean `*total`?"],
            ),
            (
                "*amuont + 1 :> *x;",
                &[
                    "unbound variable `*amuont` / the pattern binds `*amount`: write that, or, if the field is `amuont`, correct the pattern",
                ],
            ),
            (
                "Some(*id) :> Some(*total); *totla + 1 :> *x;",
                &["unbound variable `*totla` / did you mean `*total`?"],
            ),
            (
                "*other :> *x; *other :> *y;",
                &[
                    "unbound variable `*other` / bind it first: `expression :> *other;`; bound here: `*amount`, `*id` and `*name`",
                ],
            ),
            (
                "<<if *id > 0 { 1 :> *x; } *x :> *y;",
                &[
                    "`*x` is bound in only some of the branches above / bind it in the others too: `expression :> *x;`",
                ],
            ),
            (
                "<<if *id > 0 { <<if *id > 1 { 1 :> *x; } else { 2 :> *z; } } else { 2 :> *x; } *x :> *y;",
                &[
                    "`*x` is bound in only some of the branches above / bind it in the others too: `expression :> *x;`",
                ],
            ),
            (
                "local_select> $$fund.key(*id) :> *x;",
                &["unknown PState `$$fund` / did you mean `$$funds`?"],
            ),
            (
                "+compound $$other { *id => +count() };",
                &[
                    "unknown PState `$$other` / declare it in the topology that writes it: `pstate $$other: Schema;`",
                ],
            ),
            (
                "source> *event :> %mb; %mb() :> *e;",
                &["unknown depot `*event` / did you mean `*events`?"],
            ),
            ("amount + 1 :> *x;", &["`amount` is a variable of the dataflow / write `*amount`"]),
            ("vec![1].iter().map(|amount| amount + *id).sum::<i64>() :> *x;", &[]),
            ("format!(\"{amount}\") :> *x;", &[]),
            ("*LIMIT + 1 :> *x;", &[]),
            ("1 :> *X;", &["`*X` would be a static, not a variable / write `*x`"]),
            (
                "Some(1) :> Some(x);",
                &["`x` binds nothing here / write `*x`, or `_` to leave it out"],
            ),
            (
                "{ let *y = 1; y } :> *x;",
                &["a pattern inside Rust code binds Rust's own names / write `y`"],
            ),
            ("1 :> *type;", &["`type` is a Rust keyword / choose another name"]),
            (
                "*name :> Some((*self, *x)); *x :> *y;",
                &["`self` is a Rust keyword / choose another name"],
            ),
            ("1, 2 :> *x, *true; *x :> *y;", &["`true` is a Rust keyword / choose another name"]),
            ("1 :> *union; *union :> *r#type; *r#type :> *x;", &[]),
        ],
        with_statements,
    );
}

#[test]
fn names_in_macros() {
    check(
        &[
            ("assert!(list.iter().all(|i| *i > 0));", &[]),
            ("filter> matches!(&*name, Some(n) if *n > 3);", &[]),
            ("vec![{ let z = &3i64; *z + 1 }] :> *x;", &[]),
            ("vec![opt.map(|o| *o.len_ref()), *id] :> *x;", &[]),
        ],
        with_statements,
    );
    let code = |statement: &str| {
        let input = with_statements(statement).parse().expect("the module is made of tokens");
        compile::defmodule(input).code.to_string()
    };
    // A variable of the dataflow binds tighter than what follows it; other names are left alone.
    let expansion = code("vec![opt.map(|o| *o.len_ref()), *name.len()] :> *x;");
    assert!(
        expansion.contains("vec ! [opt . map (| o | * o . len_ref ()) , (* name) . len ()]"),
        "{expansion}"
    );
    assert!(expansion.contains("let name = & name"), "{expansion}");
}

#[test]
fn jumps() {
    let jump = |word: &str| {
        format!("`{word}` does not end an event here / write `filter> false;` to stop here")
    };
    let (returns, breaks, continues) = (jump("return"), jump("break"), jump("continue"));
    check(
        &[
            ("<<if *id == 3 { return; }", &[&returns]),
            ("if *id == 3 { return; }", &[&returns]),
            ("(if *id == 3 { return } else { 1 }) :> *x; *x :> *y;", &[&returns]),
            ("filter> { for i in 0..*id { return; } true };", &[&returns]),
            ("match *id { 3 => break, _ => {} }", &[&breaks]),
            ("let_go({ continue; });", &[&continues]),
            ("loop { (|| { break; })(); break; }", &[&breaks]),
            ("list.iter().map(|i| { if *i > 3 { return 0; } *i }).sum::<i64>() :> *x;", &[]),
            ("for i in 0..*id { if i == 3 { continue; } break; }", &[]),
            ("while *id > 3 { break; }", &[]),
            ("loop { if *id > 3 { break 4; } } :> *x;", &[]),
            ("'a: { if *id > 3 { break 'a 4; } 5 } :> *x;", &[]),
            ("{ fn f() -> i64 { return 3; } f() } :> *x;", &[]),
            ("async { return 3; } :> *x;", &[]),
        ],
        with_statements,
    );
}

#[test]
fn arrows() {
    let wrong = |arrow: &str| format!("`{arrow}` does not bind in a dataflow / write `:>`");
    let (thin, fat, walrus, mark) = (wrong("->"), wrong("=>"), wrong(":="), wrong(">"));
    check(
        &[
            ("*id + 1 -> *x; *x :> *y;", &[&thin]),
            ("f(*id) -> *x; *x :> *y;", &[&thin]),
            ("*id || f(*id) -> *x; *x :> *y;", &[&thin]),
            ("*id + 1 => *x; *x :> *y;", &[&fat]),
            ("*id + 1 := *x; *x :> *y;", &[&walrus]),
            ("*id + 1 > *x; *x :> *y;", &[&mark]),
            ("local_select> $$funds.key(*id) -> *x; *x :> *y;", &[&thin]),
            ("local_select> $$funds.key(*id) > *x; *x :> *y;", &[&mark]),
            ("h::<fn(i64) -> i64>(*id);", &[]),
            ("{ let f: fn() -> i64 = g; f() } :> *x;", &[]),
            ("Box::<dyn Fn(i64) -> i64>::from(g);", &[]),
            ("run(|x: i64| -> i64 { x });", &[]),
            ("filter> *id > *amount;", &[]),
            ("*id > *amount :> *x;", &[]),
        ],
        with_statements,
    );
}

/// A statement that is being typed is one mistake, whatever stands behind it.
#[test]
fn half_typed() {
    let partitioner = "unknown partitioner `|ha` / the partitioners are `|hash`, `|all`, `|global`, `|direct`, `|shuffle`, `|custom` or `|path`";
    let aggregator = "unknown aggregator `+comp` / the aggregators are `+compound`";
    let compound =
        "this is not a compound aggregation / write `+compound $$pstate { *key => +sum(*value) };`";
    let template = "expected an aggregator or another level / write `+sum(*value)` or `{ *key => +sum(*value) }`";
    for (half, message) in [
        ("|ha", partitioner),
        ("+comp", aggregator),
        ("+compound", compound),
        ("+compound $$funds", compound),
        ("+compound $$funds { *id => }", template),
        ("+compound $$funds { *id => + }", template),
    ] {
        for behind in [
            "",
            "*id + 1 :> *x; *x :> *y;",
            "local_select> $$funds.key(*id) :> *x; *x :> *y;",
            "<<if *id > 1 { 1 :> *x; }",
            "+compound $$funds { *id => +count() };",
            "|hash(*id); *id :> *x;",
            "|all;",
            "filter> *id > 1;",
        ] {
            for source in
                [format!("{half} {behind}"), format!("<<if *id > 1 {{ {half} {behind} }}")]
            {
                check(&[(&source, &[message])], with_statements);
            }
        }
    }
}

#[test]
fn statements() {
    check(
        &[
            (
                "local_selct> $$funds.key(*id) :> *x;",
                &["unknown statement `local_selct>` / did you mean `local_select>`?"],
            ),
            (
                "each> *x :> *y;",
                &[
                    "unknown statement `each>` / the statements are `source>`, `local_select>`, `select>`, `yielding_select>`, `each_async>`, `local_transform>`, `local_clear>`, `filter>`, `assert>`, `throw>`, `continue>`, `recur>`, `anchor>`, `hook>`, `unify>` or `yield_if_overtime>`",
                ],
            ),
            (
                "local-select> $$funds.key(*id) :> *x; *x :> *y;",
                &["unknown statement `local-select>` / write `local_select>`"],
            ),
            (
                "local-transform> $$funds.key(*id).termval(1);",
                &["unknown statement `local-transform>` / write `local_transform>`"],
            ),
            ("|hsah(*id);", &["unknown partitioner `|hsah` / did you mean `|hash`?"]),
            ("|hash;", &["`|hash` takes one value / write `|hash(*key);`"]),
            ("|all(*id);", &["`|all` takes no value / write `|all;`"]),
            (
                "|hash(*id) :> *x;",
                &[
                    "`|hash` moves to another task and emits nothing / end the statement with `;` before `:>`",
                ],
            ),
            ("<<cond *id { }", &["`<<cond` takes nothing / write `<<cond { … }`"]),
            (
                "<<iff *id > 1 { 1 :> *x; } else { 2 :> *x; } *x :> *y;",
                &["unknown block `<<iff` / did you mean `<<if`?"],
            ),
            ("<<if *id > 1; *id :> *x;", &["`<<if` has no block / write `<<if expression { … }`"]),
            ("<<if { 1 :> *x; }", &["`<<if` has no condition / write `<<if *ready { … }`"]),
            (
                "<<if *id > 1 { } else if *id > 2 { }",
                &["after `else` stands a dataflow block / write `else <<if`"],
            ),
            (
                "else { 1 :> *x; }",
                &["`else` without an `<<if` before it / write `<<if expression { … } else { … }`"],
            ),
            (
                "if *id > 1 { 1 :> *x; } *id :> *y;",
                &["a Rust `if` cannot hold dataflow statements / write `<<if`"],
            ),
            (
                "let x = *id;",
                &["a dataflow binds with `:>`, not with `let` / write `expression :> *value;`"],
            ),
            (
                "*x = 3;",
                &["variables are bound with `:>`, not with `=` / write `expression :> *x;`"],
            ),
            ("*id + 1 :> ;", &["`:>` binds nothing / name what is emitted: `:> *value;`"]),
            (":> *x;", &["nothing stands before `:>` / write `expression :> *value;`"]),
            (
                "local_select> $$funds.key(*id);",
                &[
                    "`local_select>` emits what it finds / name it: `local_select> $$pstate.key(*key) :> *value;`",
                ],
            ),
            (
                "local_transform> $$funds.key(*id).termval(1) :> *x;",
                &["`local_transform>` emits nothing, so `:>` has nothing to bind / remove `:> …`"],
            ),
            ("filter> ;", &["`filter>` has no condition / write `filter> *count > 0;`"]),
            (
                "local_select> funds.key(*id) :> *x;",
                &[
                    "`local_select>` takes a path into a PState / write `local_select> $$pstate.key(*key)…`",
                ],
            ),
            (
                "foo($$funds);",
                &[
                    "a PState cannot be used inside Rust code / read it first: `local_select> $$pstate.key(*key) :> *value;`",
                ],
            ),
            ("*id + + :> *x; *x :> *y;", &["expected an expression"]),
        ],
        with_statements,
    );
}

#[test]
fn semicolons() {
    let missing =
        |before: &str| format!("missing `;` before `{before}` / end the statement above with `;`");
    for (source, before) in [
        ("*id + 1 :> *x local_select> $$funds.key(*x) :> *y;", "local_select>"),
        ("*id + 1 :> *x <<if *x > 1 { 2 :> *y; }", "<<if"),
        ("*id + 1 :> *x |hash(*x); *x :> *y;", "|hash"),
        ("*id + 1 :> *x |all; *x :> *y;", "|all"),
        ("*id + 1 :> *x +compound $$funds { *x => +count() };", "+compound"),
        ("*id + 1 :> *x *x * 2 :> *y;", "*x"),
        ("foo(*id) bar(*id);", "bar"),
        ("local_transform> $$funds.key(*id).termval(1) *id + 1 :> *y;", "*id"),
        ("local_transform> $$funds.key(*id).termval(1) filter> *id > 1;", "filter>"),
        ("source> *events :> %mb %mb() :> *e;", "%mb"),
        ("|hash(*id) *id + 1 :> *y;", "*id"),
    ] {
        let found: Vec<String> = errors(&with_statements(source))
            .iter()
            .map(|error| error.replace("\nhelp: ", " / "))
            .collect();
        assert_eq!(found.first(), Some(&missing(before)), "in {source}");
        assert_eq!(found.len(), 1, "in {source}: {found:?}");
    }
    check(
        &[(
            "*id :> *x :> *y;",
            &[
                "a second `:>` in one statement / end the first statement with `;`, or name several values as `:> *a, *b`",
            ],
        )],
        with_statements,
    );
}

#[test]
fn compounds() {
    check(
        &[
            (
                "+compound $$funds { *id => +smu(*amount) };",
                &["unknown aggregator `+smu` / did you mean `+sum`?"],
            ),
            (
                "+compound $$funds { *id => +avg(*amount) };",
                &[
                    "unknown aggregator `+avg` / the aggregators are `+sum`, `+count`, `+max` or `+min`",
                ],
            ),
            (
                "+sum(*amount) :> *x;",
                &[
                    "`+sum` needs a place to aggregate into / write `+compound $$pstate { *key => +sum(…) };`",
                ],
            ),
            (
                "+compuond $$funds { *id => +count() };",
                &["unknown aggregator `+compuond` / did you mean `+compound`?"],
            ),
            (
                "+compound { *id => +count() };",
                &[
                    "this is not a compound aggregation / write `+compound $$pstate { *key => +sum(*value) };`",
                ],
            ),
            (
                "+compound $$funds *id => +count();",
                &[
                    "this is not a compound aggregation / write `+compound $$pstate { *key => +sum(*value) };`",
                ],
            ),
            (
                "+compound $$funds { +count() };",
                &[
                    "this entry names no place / write `*key => +sum(*value)`, or `field: +sum(*value)` for a struct of fixed keys",
                ],
            ),
            (
                "+compound $$funds { *id => *amount };",
                &[
                    "expected an aggregator or another level / write `+sum(*value)` or `{ *key => +sum(*value) }`",
                ],
            ),
        ],
        with_statements,
    );
}

#[test]
fn sources() {
    let topology = |sources: &str| {
        format!(
            "module M {{ depot *events: Event, random; microbatch topo {{ sources! {{ {sources} }} }} }}"
        )
    };
    check(
        &[
            (
                "1 :> *x; source> *events :> %mb; %mb() :> *e;",
                &[
                    "this statement stands before the first `source>`, so nothing would run it / begin with `source> *depot :> %microbatch;`",
                ],
            ),
            (
                "source> *events :> %mb; %bm() :> *e; *e :> *f;",
                &["unknown `%bm` / the source above calls it `%mb`"],
            ),
            (
                "source> *events :> %mb; 1 :> *x;",
                &[
                    "nothing takes the records of this source / write `%mb() :> *record;` right after it",
                ],
            ),
            (
                "source> *events :> %mb; %mb() :> *e; <<if *e { %mb() :> *f; }",
                &[
                    "`%mb()` can only be the first statement after its `source>` / begin another source section with `source> *depot :> %mb;`",
                ],
            ),
            (
                "source> *events :> %mb; %mb() :> *e; <<if *e { source> *events :> %mb; }",
                &["`source>` cannot stand inside a block / move it to the top of `sources!`"],
            ),
            (
                "source> $$events :> %mb;",
                &["this is not a source / write `source> *depot :> %microbatch;`"],
            ),
            (
                "source> *events :> %mb; %mb :> *e; *e :> *f;",
                &["`%mb` is not called / write `%mb(…) :> *result;`"],
            ),
        ],
        topology,
    );
}

#[test]
fn declarations() {
    let module = |items: &str| format!("module M {{ {items} }}");
    check(
        &[
            ("", &[]),
            (
                "depot *d: T, hash_bt(.x);",
                &["unknown depot option `hash_bt` / did you mean `hash_by`?"],
            ),
            (
                "depot *d: T;",
                &[
                    "a depot says how its records are spread over the tasks / write `, hash_by(.field)`, or `random`, `disallow` or `global`",
                ],
            ),
            ("depto *d: T, random;", &["unknown declaration `depto` / did you mean `depot`?"]),
            (
                "depot d: T, random;",
                &["expected `*` / write `depot *name: Type, hash_by(.field);`"],
            ),
            (
                "depot *x: T, random; microbatch t { pstate $$x: T; }",
                &[
                    "`x` names depot `*x` and PState `$$x`; their handles would be the same `Self::x` / rename one of the two",
                ],
            ),
            (
                "depot *d: T, random; microbatch d { }",
                &[
                    "`d` names depot `*d` and topology `d`; their handles would be the same `Self::d` / rename one of the two",
                ],
            ),
            (
                "microbatch t { pstat $$x: T; }",
                &["unknown declaration `pstat` in a topology / did you mean `pstate`?"],
            ),
            (
                "microbatch t { source! { } }",
                &["unknown declaration `source` in a topology / did you mean `sources!`?"],
            ),
            (
                "depot *d: T, hash_bt(.x); microbatch t { pstat $$p: T; sources! { source> *d :> %mb; %mb() :> *e; local_transform> $$p.termval(*e); } }",
                &[
                    "unknown depot option `hash_bt` / did you mean `hash_by`?",
                    "unknown declaration `pstat` in a topology / did you mean `pstate`?",
                ],
            ),
            ("microbatch t { pstate x: T; }", &["expected `$` / write `pstate $$name: Schema;`"]),
        ],
        module,
    );
    assert!(errors("pub modul M { }")[0].starts_with("expected `module`"));
}

/// Nothing that tokenises makes the compiler panic.
#[test]
fn token_soup() {
    let words = [
        "*",
        "x",
        "*x",
        "$$",
        "$$p",
        "%",
        "%mb",
        "|",
        "|hash",
        "<<",
        "<<if",
        "else",
        ":>",
        ":",
        ">",
        ";",
        ",",
        "(*x)",
        "()",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "=>",
        "->",
        "+",
        "+sum",
        "+compound",
        "source>",
        "local_select>",
        "filter>",
        "source> *events :> %mb; %mb() :> *x;",
        ".",
        ".key",
        "::",
        "<",
        "if",
        "match",
        "let",
        "\"{x:>y$}\"",
        "1",
        "?",
        "Some",
        "..",
        "&",
        "=",
        "r#type",
        "_",
        "self",
        "format!",
        "'a",
        "#",
        "depot",
        "sources!",
        "%f",
        "%f(*x)",
        "%op(*x)",
        "%self(*x)",
        "%explode(*x)",
        ":>>",
        "even>",
        "even>>",
        "<a>",
        ":> *x;",
        ": i64",
        ": Fun<(i64,), i64>",
        "anchor> <a>;",
        "hook> <a>;",
        "unify> <a> <b>;",
        "unify>",
        "<<branch",
        "<<cond",
        "<<switch",
        "<<subsource",
        "<<shadowif",
        "<<do",
        "<<each",
        "<<atomic",
        "<<ramafn %f(*x: i64) -> i64",
        "<<ramaop %f(*x: i64) :> i64",
        "case>",
        "default> =>",
        "loop<-",
        "[*x = 1 :> *x]",
        "loop<- [*x = 1 :> *y] { :> *x; continue> *x; }",
        "continue>",
        "recur>",
        "assert>",
        "throw>",
        "yield_if_overtime>;",
        "yielding_select>",
        "each_async>",
        "#[unaligned]",
        "select> $$p.key(*x)",
        "local_clear>",
        "|path",
        "|custom",
        "|shuffle;",
        "{ :> *x; }",
        "{ continue> *x; }",
        "ramafn f(*x: i64) -> i64",
        "ramaop f(*x: i64, $$p: PMap<i64, i64>) even> i64 :> i64",
        "in crate::M::topo",
        "#[name = \"x\"]",
    ];
    let mut seed: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).expect("a remainder below a usize is one")
    };
    let mut tokenised = 0;
    type Compile = fn(TokenStream) -> compile::Compiled;
    let (module, dataflow, sources): (Compile, Compile, Compile) =
        (compile::defmodule, compile::dataflow, compile::sources);
    for _ in 0..1_000 {
        let soup: Vec<&str> = (0..next(14)).map(|_| words[next(words.len())]).collect();
        let soup = soup.join(" ");
        for (compile, code) in [
            (module, with_statements(&soup)),
            (module, format!("module M {{ {soup} }}")),
            (module, soup.clone()),
            (dataflow, format!("ramaop f($$p: P, *x: i64) even> i64 :> i64 {{ {soup} }}")),
            (dataflow, format!("ramafn f(*x: i64, %g: Fun<(i64,), i64>) -> i64 {{ {soup} }}")),
            (dataflow, format!("1 :> *x; {soup}")),
            (dataflow, soup.clone()),
            (
                sources,
                format!("s in crate::M::topo {{ source> *events :> %mb; %mb() :> *x; {soup} }}"),
            ),
            (sources, soup.clone()),
        ] {
            if let Ok(input) = code.parse::<TokenStream>() {
                tokenised += 1;
                compile(input).expand();
            }
        }
    }
    assert!(tokenised > 1_000, "only {tokenised} soups were tokens");
}

/// What one writes who comes from Rust or from Clojure.
#[test]
fn guesses() {
    let parentheses = "a statement stands without parentheses around it / write `local_select> $$pstate.key(*key) :> *value;`, `operation(*a, *b) :> *c;` or `*a + *b :> *c;`";
    let kebab = "a name has no `-` in it, which is a minus here / write `*user_id`";
    let assignment = |operator: &str| {
        let operation = operator.trim_end_matches('=');
        format!(
            "variables are bound with `:>`, not with `{operator}` / write `*id {operation} … :> *id;`"
        )
    };
    let (plus, shift) = (assignment("+="), assignment("<<="));
    let matches = "a Rust `match` cannot hold dataflow statements / write `<<subsource *value { case> Pattern { *field } => { … } }`, or `<<switch` for values";
    let each = "a Rust `for` cannot hold dataflow statements / write `<<each *values :> *value { … }`, or `%explode(*values) :> *value;`";
    let loops = |word: &str| {
        format!(
            "a Rust `{word}` cannot hold dataflow statements / write `loop<- [*n = 0 :> *out] {{ … }}`"
        )
    };
    let (whiles, bare) = (loops("while"), loops("loop"));
    check(
        &[
            ("1 :> *user_id; *user-id + 1 :> *x; *x :> *y;", &[kebab]),
            ("1 :> *user-id; *user_id + 1 :> *x; *x :> *y;", &[kebab]),
            ("1 :> *user-id; *user-id + 1 :> *x; *x :> *y;", &[kebab]),
            (
                "Some(1) :> Some(*user-id); *user_id :> *x; *x :> *y;",
                &["expected `,` / the statement ends too early here"],
            ),
            ("*id-*amount :> *x; *id - 1 :> *y; *x, *y :> *z, *w; *z-*w;", &[]),
            ("(local-select> $$funds (keypath *id) :> *x)", &[parentheses]),
            ("(local_select> $$funds.key(*id) :> *x); *id :> *y; *y;", &[parentheses]),
            ("(+ *id 1 :> *x) (> *id 0)", &[parentheses]),
            ("(inc *id :> *x);", &[parentheses]),
            ("(println \"id\" *id)", &[parentheses]),
            ("(|hash *id)", &[parentheses]),
            ("(<<if (> *id 0) (identity 1 :> *x) (else>) (identity 2 :> *x))", &[parentheses]),
            ("(*id + 1) * 2 :> *x; *x;", &[]),
            ("(|x: i64| x + 1)(*id);", &[]),
            ("(move |x: i64| x + 1)(*id);", &[]),
            ("(*id as f64).sqrt() :> *x; (-*x);", &[]),
            ("(amount_of)(*id); (*id, *amount); ();", &[]),
            ("*id += 1;", &[&plus]),
            ("*id <<= 1;", &[&shift]),
            ("*id <= 1; *id >= 1; *id == 1; *id != 1; *id + *amount;", &[]),
            ("match *id { 1 => { filter> *id > 0; } _ => {} }", &[matches]),
            ("match *id { 1 => { 1 :> *x; } _ => { 2 :> *x; } }", &[matches]),
            ("match *id { 1 => f(1), _ => {} } :> *x; *x;", &[]),
            ("for n in *name { *n :> *x; }", &[each]),
            ("for n in 0..*id { f(n); }", &[]),
            ("while *id > 1 { filter> *id > 2; }", &[&whiles]),
            ("loop { |hash(*id); }", &[&bare]),
        ],
        with_statements,
    );
}

/// Every mistake of a module is told at once, up to a number.
#[test]
fn many() {
    let mistakes = |number: usize| -> Vec<String> {
        let statements: String =
            (0..number).map(|at| format!("*missing_{at} + 1 :> *x_{at}; *x_{at};")).collect();
        errors(&with_statements(&statements))
    };
    assert_eq!(mistakes(19).len(), 19);
    let found = mistakes(25);
    assert_eq!(found.len(), 20);
    for (at, message) in found.iter().enumerate() {
        assert!(message.starts_with(&format!("unbound variable `*missing_{at}`")), "{message}");
    }
}

/// Each message says what to write, and begins like a part of a sentence.
#[test]
fn messages() {
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/src/errors");
    let (mut messages, mut wrong) = (0, Vec::new());
    for file in std::fs::read_dir(files).expect("the folder is there") {
        let path = file.expect("an entry is read").path();
        let code = std::fs::read_to_string(&path).expect("a file is read");
        for function in code.split("\nfn ").flat_map(|part| part.split("pub(crate) fn ")).skip(1) {
            let name = function.split('(').next().unwrap_or_default();
            let says_nothing = !function.contains("-> Error") || !function.contains('"');
            // The text of these is completed elsewhere in the folder.
            if says_nothing || ["expected_module", "part_without_module", "inside"].contains(&name)
            {
                continue;
            }
            messages += 1;
            let begins = function.split('"').nth(1).and_then(|text| text.chars().next());
            if !function.contains("help: ") || begins.is_some_and(char::is_uppercase) {
                wrong.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(messages > 80, "only {messages} messages were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
