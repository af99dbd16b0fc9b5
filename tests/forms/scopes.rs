//! Which variables are visible behind a form, and which of several with one name.

use std::sync::LazyLock;

use rama::{dataflow, defmodule};

use crate::{Rows, Runs, check, row, run};

dataflow! {
    ramaop ends(*n: i64) :> String {
        <<if *n < 0 { throw> "negative: {}", *n; } else { |hash(*n); format!("ends {n}") :> *text; }
        :> *text.clone();
    }

    ramafn sign(*n: i64) -> i64 {
        <<if *n > 5 { recur> *n - 5; } else { *n * 10 :> *m; :> *m; }
    }
}

defmodule! {
    pub module Scopes {
        depot *numbers: i64, random;

        microbatch topo {
            pstate $$out: Rows;

            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                "outer".to_owned() :> *name;
                0 :> *x;
                anchor> <start>;

                // Arms that do not go on do not count.
                <<if *n == -1 {
                    throw> "no";
                } else <<if *n % 4 == 0 {
                    filter> false;
                } else <<if *n % 4 == 1 {
                    |hash(*n);
                    "one".to_owned() :> *name;
                    1 :> *y;
                } else {
                    "other".to_owned() :> *name;
                    |global;
                    2 :> *y;
                    5 :> *only_here;
                }
                +compound $$out { row("arms that go on", (*n, &*name, *y)) => +count() };

                // Shadowed in one arm: the older value; bound in all: the newer, of another type.
                hook> <start>;
                <<cond {
                    case> *n < 4 => {
                        |hash(*n);
                        1 :> *x;
                        "text" :> *other;
                        *other.len() as i64 :> *z;
                    }
                    case> *n < 8 => { "x".to_owned() :> *x; |global; *x.len() as i64 + 10 :> *z; }
                    default> => { *n :> *z; 7 :> *name; |all; filter> %current_task_id() == 0; }
                }
                +compound $$out { row("shadowed in one arm", (*n, *x, &*name, *z)) => +count() };

                hook> <start>;
                <<switch *n % 2 {
                    case> 0 => { |hash(*n); *n as f64 / 2.0 :> *name; }
                    default> => { 0.5 :> *name; }
                }
                *name + 1.0 :> *name;
                +compound $$out { row("another type", (*n, *name)) => +count() };

                // In loops: an arm that ends so does not go on.
                hook> <start>;
                loop<- [*i = 0 :> *text] {
                    |hash(*i);
                    <<if *i < 3 { continue> *i + 1; } else { format!("at {}", *i) :> *name; }
                    :> *name.clone();
                }
                +compound $$out { row("arm that continues", (*n, &*text, &*name)) => +count() };

                hook> <start>;
                <<do { |hash(*n); "inner".to_owned() :> *name; 3 :> *w; }
                <<each 0..2_i64 :> *x { *x + 1 :> *x; "each".to_owned() :> *name; |all; 1 :> *w; }
                <<atomic { "atomic".to_owned() :> *name; |global; 9 :> *w; }
                loop<- [*w = *w :> *v] { *w + 1 :> *w; |hash(*w); :> *w; }
                +compound $$out { row("blocks", (*n, *x, &*name, *w, *v)) => +count() };

                hook> <start>;
                <<branch <start> { "branch".to_owned() :> *name; |global; }
                +compound $$out { row("branch", (*n, &*name)) => +count() };

                // Each reads the one that was visible where it is.
                hook> <start>;
                <<ramaop %first() :> i64, String { |global; :> *x, *name.clone(); }
                *n + 1 :> *x;
                "newer".to_owned() :> *name;
                <<ramafn %second() -> i64 { :> *x; }
                |hash(*x);
                *x * 2 :> *x;
                %first() :> *a, *b;
                %second() :> *c;
                +compound $$out { row("closures", (*x, *a, &*b, *c, &*name)) => +count() };

                hook> <start>;
                %ends(*n) :> *name;
                sign(*n) :> *sign;
                +compound $$out { row("operations", (&*name, *sign)) => +count() };

                // `_` and patterns; a name again in one pattern's tuple shadows from then on.
                hook> <start>;
                (*n, (*n * 2, format!("p{n}")), [*n, 1, 2]) :> (*a, (_, *name), [*x, *b, _]);
                |hash(*a);
                <<subsource Some((*b, *name.clone())) {
                    case> Some((1, *name)) => { format!("{name}!") :> *name; |global; }
                    case> Some(_) => { "two".to_owned() :> *name; }
                    case> None => { throw> "none"; }
                }
                +compound $$out { row("patterns", (*a, *x, &*name)) => +count() };

                // Names of Rust that mean something else, carried across hops.
                hook> <start>;
                *n :> *topology;
                *topology + 1 :> *cx;
                *cx + 1 :> *event;
                *event + 1 :> *frame;
                *frame + 1 :> *label;
                *label + 1 :> *args;
                *args + 1 :> *sign;
                *sign + 1 :> *r#type;
                |hash(*cx);
                sum_of(*topology, *cx, *event, *frame, *label, *args, *sign) + *r#type :> *total;
                +compound $$out { row("names", *total - 8 * *n) => +count() };
            }
        }
    }
}

fn sum_of(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64) -> i64 {
    a + b + c + d + e + f + g
}

const N: i64 = 12;

static RUNS: LazyLock<Runs> =
    LazyLock::new(|| run(|| Scopes, Scopes::numbers, Scopes::topo, Scopes::out, 0..N));

#[test]
fn arms_that_do_not_go_on_do_not_count() {
    let rows = (0..N).filter(|n| n % 4 != 0);
    check(
        &RUNS,
        "arms that go on",
        rows.map(|n| if n % 4 == 1 { (n, "one", 1) } else { (n, "other", 2) }),
    );
    check(&RUNS, "arm that continues", (0..N).map(|n| (n, "at 3", "outer")));
}

#[test]
fn what_only_some_arms_shadow_is_the_older_one() {
    let rows = (0..N).map(|n| {
        let z = match n {
            0..4 => 4,
            4..8 => 11,
            _ => n,
        };
        (n, 0, "outer", z)
    });
    check(&RUNS, "shadowed in one arm", rows);
    let rows = (0..N).map(|n| (n, if n % 2 == 0 { n as f64 / 2.0 + 1.0 } else { 1.5 }));
    check(&RUNS, "another type", rows);
}

#[test]
fn blocks_but_do_keep_what_they_bind() {
    check(&RUNS, "blocks", (0..N).map(|n| (n, 0, "inner", 3, 4)));
    check(&RUNS, "branch", (0..N).map(|n| (n, "outer")));
}

#[test]
fn closures_see_what_was_visible_where_they_were_made() {
    check(&RUNS, "closures", (0..N).map(|n| (2 * (n + 1), 0, "outer", n + 1, "newer")));
}

#[test]
fn arms_that_throw_or_recur() {
    let sign = |n: i64| {
        if n > 10 {
            (n - 10) * 10
        } else if n > 5 {
            (n - 5) * 10
        } else {
            n * 10
        }
    };
    check(&RUNS, "operations", (0..N).map(|n| (format!("ends {n}"), sign(n))));
}

#[test]
fn patterns_bind_across_hops() {
    check(&RUNS, "patterns", (0..N).map(|n| (n, n, format!("p{n}!"))));
    check(&RUNS, "names", (0..N).map(|_| (0..8).sum::<i64>()));
}
