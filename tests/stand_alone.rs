//! What each form of the language does, in stand-alone blocks: exact sequences.
#![allow(missing_docs, clippy::unwrap_used)]

use rama::dataflow;

dataflow! {
    /// Both neighbours.
    pub ramaop neighbours(*n: i64) :> i64 {
        :> *n - 1;
        :> *n + 1;
    }

    pub ramafn double(*n: i64) -> i64 { :> *n * 2; }

    pub ramafn fib(*n: i64) -> i64 {
        <<if *n < 2 {
            :> 1;
        } else {
            :> %self(*n - 1) + %self(*n - 2);
        }
    }

    ramafn factorial(*n: u64, *acc: u64) -> u64 {
        <<if *n == 0 { :> *acc; } else { recur> *n - 1, *acc * *n; }
    }

    ramaop fib_op(*n: i64) :> i64 {
        <<if *n < 2 {
            :> 1;
        } else {
            %self(*n - 1) :> *a;
            %self(*n - 2) :> *b;
            :> *a + *b;
        }
    }

    ramaop split(*n: i64) even> i64 odd> i64, bool :> String {
        <<if *n % 2 == 0 { even> *n; } else { odd> *n, true; }
        :> format!("{n}");
    }

    ramaop pairs<T: rama::Record>(*items: Vec<T>) :> usize, T {
        %explode_indexed(*items) :> *i, *item;
        :> *i, *item;
    }

    ramaop forever(*n: i64) :> i64 {
        %self(*n + 1) :> *m;
        :> *m;
    }

    ramaop down(*n: i64) :> i64 {
        <<if *n == 0 { :> 0; } else { %self(*n - 1) :> *m; :> *m + 1; }
    }

    ramaop twice(%f: rama::Fun<(i64,), i64>, *x: i64) :> i64 {
        :> %f(%f(*x));
    }

    ramaop through(%g: rama::Op<(i64,), i64>, *x: i64) :> i64 {
        %g(*x) :> *y;
        :> *y * 10;
    }
}

#[test]
fn arithmetic() {
    let out = dataflow! {
        1 :> *x;
        2 :> *y;
        (10 * *x + 3 * *y) * (2 * *x - 5 * *y) :> *z;
        :> *z;
    };
    assert_eq!(out, [-128]);
}

#[test]
fn recursion() {
    assert_eq!((0..6).map(fib).collect::<Vec<_>>(), [1, 1, 2, 3, 5, 8]);
    assert_eq!(factorial(5, 1), 120);
    let out = dataflow! { %range(0, 6) :> *n; %fib_op(*n) :> *f; :> *f; };
    assert_eq!(out, [1, 1, 2, 3, 5, 8]);
}

#[test]
fn a_loop_emits_and_goes_on() {
    let out = dataflow! {
        loop<- [*i = 5 :> *v] {
            <<if *i >= 0 {
                :> *i;
                continue> *i - 1;
            }
        }
        :> *v;
    };
    assert_eq!(out, [5, 4, 3, 2, 1, 0]);
}

#[test]
fn a_loop_of_rust() {
    let limit = 100;
    let out = dataflow! {
        %range(0, 3) :> *start;
        loop<- [*i = *start, *sum: i64 = 0 :> *total, *steps] {
            <<cond {
                case> *sum > limit => { :> *sum, *i - *start; }
                default> => { continue> *i + 1, *sum + *i * 7; }
            }
        }
        :> *start, *total, *steps;
    };
    assert_eq!(out, [(0, 105, 6), (1, 105, 5), (2, 140, 5)]);
}

#[test]
fn operations_emit_any_number_of_times() {
    let outer = 10;
    let out = dataflow! {
        %explode(vec![1, 5]) :> *n;
        %neighbours(*n) :> *m;
        %neighbours(*m * outer) :> *k;
        filter> *k != 1;
        :> *n, double(*k);
    };
    assert_eq!(out, [(1, -2), (1, 38), (1, 42), (5, 78), (5, 82), (5, 118), (5, 122)]);
}

/// What stays in its event can be anything.
#[test]
fn an_operation_without_boundaries_passes_anything_through() {
    let out = dataflow! {
        "text" :> *text;
        std::rc::Rc::new(5) :> *shared;
        %neighbours(1) :> *n;
        :> *text, **shared + *n;
    };
    assert_eq!(out, [("text", 5), ("text", 7)]);
}

#[test]
fn nested_operations() {
    let out = dataflow! {
        double(%neighbours(%neighbours(10)) + 1) :> *x;
        :> *x;
    };
    assert_eq!(out, [18, 22, 22, 26]);
    let out = dataflow! {
        %range(0, 3) :> *n;
        *n > 0 && %neighbours(*n) > 1 :> *b;
        :> *n, *b;
    };
    assert_eq!(out, [(0, false), (1, false), (1, true), (2, false), (2, true)]);
}

#[test]
fn streams_anchors_and_unification() {
    let out = dataflow! {
        %range(0, 3) :> *n;
        %split(*n) even> <even> *x odd> <odd> *x, _ :> *text;
        :> *text;
        unify> <even> <odd>;
        :> format!("<{x}>");
    };
    assert_eq!(out, ["<0>", "0", "<1>", "1", "<2>", "2"]);
    let out = dataflow! {
        %split(3) odd>> *x, _ { :> format!("hook {x}"); } :> *text;
        :> *text;
    };
    assert_eq!(out, ["hook 3", "3"]);
    let out = dataflow! {
        1 :> *x;
        anchor> <a>;
        *x + 10 :> *x;
        :> ("first", *x);
        <<branch <a> { :> ("branch", *x); }
        hook> <a>;
        *x + 20 :> *x;
        :> ("hooked", *x);
    };
    assert_eq!(out, [("first", 11), ("branch", 1), ("hooked", 21)]);
}

#[test]
fn branches_that_emit_many_times_meet() {
    let out = dataflow! {
        %range(0, 3) :> *n;
        <<if *n == 1 {
            %explode(vec![100, 200]) :> *x;
        } else {
            *n :> *x;
        }
        *x + 1 :> *y;
        :> *n, *y;
    };
    assert_eq!(out, [(0, 1), (1, 101), (1, 201), (2, 3)]);
}

#[test]
fn switch_subsource_and_shadowif() {
    enum Event {
        Add { id: i64, by: i64 },
        Remove(i64),
        Nothing,
    }
    let events = [Event::Add { id: 1, by: 5 }, Event::Nothing, Event::Remove(3)];
    let out = dataflow! {
        <<each events.iter() :> *e { assert> !matches!(*e, Event::Add { by: 6, .. }); }
        %range(0, 3) :> *i;
        <<switch *i {
            case> 0, 1 => { "low" :> *name; }
            default> => { "high" :> *name; }
        }
        :> *i, *name;
    };
    assert_eq!(out, [(0, "low"), (1, "low"), (2, "high")]);
    let out = dataflow! {
        %explode(
            events.iter().map(|e| match e {
                Event::Add { id, by } => Some((*id, *by)),
                Event::Remove(id) => Some((*id, -1)),
                Event::Nothing => None
            }).collect::<Vec<_>>()
        ) :> *e;
        <<subsource *e {
            case> Some((*id, -1)) => { 0 :> *n; *id :> *key; }
            case> Some((*id, *by)) => { *by :> *n; *id :> *key; }
            case> None => { filter> false; }
        }
        <<shadowif *n > 3 { *n * 100 :> *n; }
        :> *key, *n;
    };
    assert_eq!(out, [(1, 500), (3, 0)]);
}

#[test]
fn operations_as_values() {
    let out = dataflow! {
        %range(1, 3) :> *n;
        <<ramafn %add(*x: i64) -> i64 { :> *x + *n; }
        <<ramaop %both(*x: i64) :> i64 { :> *x; :> *x * *n; }
        %twice(%add, 100) :> *a;
        %through(%both, *a) :> *b;
        %both(*n) :> *c;
        :> *a, *b, *c, %add(0);
    };
    assert_eq!(
        out,
        [
            (102, 1020, 1, 1),
            (102, 1020, 1, 1),
            (102, 1020, 1, 1),
            (102, 1020, 1, 1),
            (104, 1040, 2, 2),
            (104, 1040, 4, 2),
            (104, 2080, 2, 2),
            (104, 2080, 4, 2),
        ]
    );
}

#[test]
fn atomic_blocks_run_the_rest_once() {
    let out = dataflow! {
        <<atomic {
            %range(0, 3) :> *i;
            :> *i;
        }
        :> 100;
    };
    assert_eq!(out, [0, 1, 2, 100]);
}

#[test]
fn generic_operations() {
    let out = dataflow! {
        %pairs(vec!["a".to_owned(), "b".to_owned()]) :> *i, *s;
        %pairs::<i64>(vec![7]) :> _, *n;
        :> *i, *s, *n;
    };
    assert_eq!(out, [(0, "a".to_owned(), 7), (1, "b".to_owned(), 7)]);
}

#[test]
#[should_panic(expected = "the value is 3")]
fn throw_fails() {
    dataflow! { 3 :> *x; throw> "the value is {}", *x; };
}

#[test]
#[should_panic(expected = "operations called each other within one event")]
fn recursion_without_end_fails_the_event_and_not_the_process() {
    dataflow! { %forever(0) :> *n; *n + 1 :> *_m; };
}

#[test]
fn recursion_goes_some_hundred_calls_deep() {
    assert_eq!(dataflow! { %down(300) :> *n; :> *n; }, [300]);
}

#[test]
fn a_loop_that_emits_runs_a_million_times() {
    let out = dataflow! {
        loop<- [*i = 0_i64, *sum = 0_i64 :> *step] {
            <<if *i % 250_000 == 0 { :> *sum; }
            <<if *i < 1_000_000 { continue> *i + 1, *sum + *i; }
        }
        :> *step;
    };
    let sum = |n: i64| n * (n - 1) / 2;
    assert_eq!(out, [0, sum(250_000), sum(500_000), sum(750_000), sum(1_000_000)]);
}

/// What a nested operation emits is a value, not a place.
#[test]
fn nested_operations_give_values_that_can_be_moved() {
    fn shout(text: String) -> String {
        text.to_uppercase()
    }
    let out = dataflow! {
        <<ramafn %name(*n: i64) -> String { :> format!("n{n}"); }
        %range(0, 2) :> *n;
        shout(%name(*n)) :> *loud;
        vec![%name(*n), %name(*n + 1)] :> *list;
        :> *loud, *list, (%name(*n), %name(*n).len());
    };
    let name = |n: i64| format!("n{n}");
    let row = |n: i64| (name(n).to_uppercase(), vec![name(n), name(n + 1)], (name(n), 2));
    assert_eq!(out, [row(0), row(1)]);
}
