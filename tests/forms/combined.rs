//! Forms within forms that are rarely seen together.
use std::fmt::Debug;

use rama::{Fun, Op, PMap, Record, dataflow, defmodule};

use crate::forms::{all, on_clusters, process};

dataflow! {
    pub(crate) ramaop pages($$p: PMap<i64, i64>, *n: i64) :> i64 {
        |hash(*n);
        loop<- [*i = 0 :> *v] {
            yielding_select> $$p.map_vals() :> *x;
            yield_if_overtime>;
            :> *x + *i;
            filter> *i < 1;
            |global;
            |hash(*n);
            continue> *i + 1;
        }
        <<atomic {
            select> $$p.key(*n).nil_to_val(0) :> *y;
            +compound $$p { *n => +sum(*y * 0) };
            :> *y;
        }
        :> *v;
    }
    ramaop bounded<T, const N: usize>(*items: [T; N], *t: T) :> T, usize
        where T: Record + Debug, [T; N]: Record {
        |global;
        %explode(*items.to_vec()) :> *x;
        loop<- [*k = 0_usize, *y = *x :> *z] {
            |direct(*k % 1);
            :> *y.clone();
            filter> *k < N;
            continue> *k + N, *t;
        }
        |all;
        filter> %current_task_id() == 0;
        :> *z, N;
    }
    ramaop unit(%f: Op<(), ()>) :> () { |global; %f(); |all; filter> %current_task_id() == 0; :>; }
    ramaop units(*n: i64) a> () b> (i64,) { a>; |hash(*n); b> (*n,); }
}

defmodule! {
    pub module Combined {
        depot *numbers: i64, random;
        microbatch topo {
            pstate $$p: PMap<i64, i64>;
            pstate $$s: PMap<String, i64>;
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;
                %pages($$p, *n) :> *v;
                assert> *v == 0;
                hook> <start>;
                %bounded([*n, 2, 3], 7) :> *x, *k;
                assert> *k == 3 && (*x == *n || *x == 2 || *x == 3 || *x == 7);
                |hash("text".to_owned());
                +compound $$s { "bounded".to_owned() => +count() };
                hook> <start>;
                <<ramaop %f() :> () { |hash(*n); :>; :>; }
                %unit(%f);
                |hash("text".to_owned());
                +compound $$s { "units".to_owned() => +count() };
                hook> <start>;
                %units(*n) a> <a> b> <b> (*m,);
                hook> <b>;
                assert> *m == *n;
                unify> <a> <b>;
                |hash("text".to_owned());
                *n + 1 :> *m;
                local_transform> $$s.key("sum".to_owned()).nil_to_val(0).term(|v| v + *m);
                hook> <start>;
                std::rc::Rc::new(*n) :> *rc;
                loop<- [*r = *rc.clone(), *i = 0 :> *out] {
                    <<if *i < 3 { continue> std::rc::Rc::new(**r + 1), *i + 1; } else { :> **r; }
                }
                <<each vec![1] :> *e {
                    <<atomic {
                        <<do {
                            |hash(*e);
                            <<each vec![1] :> *g { <<if *g == 1 { |global; } *g :> *h; }
                        }
                    }
                }
                <<switch *out - *n { case> 3 => { |hash("text".to_owned()); } }
                +compound $$s { "loop".to_owned() => +count() };
            }
        }
    }
}
#[test]
fn forms_within_forms() {
    on_clusters(|cluster, tasks, threads| {
        process(cluster, Combined, (tasks, threads), Combined::numbers, Combined::topo, 0..10);
        let s = all(cluster, Combined::s);
        assert_eq!(s["bounded"], 60);
        assert_eq!(s["units"], 20);
        assert_eq!(s["sum"], 110);
        assert_eq!(s["loop"], 10);
    });
}

dataflow! {
    ramaop fib(*n: i64) :> i64 {
        |hash(*n);
        *n < 2 :> *small;
        <<if *small { :> 1; } else { :> %self(*n - 1) + %self(*n - 2); }
    }
    ramaop found(*n: i64) :> bool { |hash(*n); :> *n == 0 || *n > 0 && %self(*n - 1); }
    ramaop streams(*n: i64) next> i64, done> String {
        |hash(*n);
        <<if *n > 0 {
            next> *n;
            %self(*n - 1) next> <n> *m done> <d> *s;
            hook> <n>;
            next> *m;
            hook> <d>;
            done> *s.clone();
        } else {
            |all;
            filter> %current_task_id() == 0;
            done> "done".to_owned();
        }
    }
    ramaop with_fun(
        %f: Fun<(i64,), i64>,
        %g: Op<(i64, i64), (i64, String)>,
        *n: i64
    ) name> String :> i64 {
        <<ramaop %h(*x: i64) :> i64, String {
            |hash(*x);
            %g(%f(*x), *x) :> *y, *s;
            |global;
            :> *y, *s.clone();
        }
        |hash(*n);
        %h(*n) :> *y, *s;
        :> *y + %f(*y);
        name> *s.clone();
    }
    ramaop read($$p: PMap<i64, i64>, *k: i64) :> i64 {
        select> $$p.key(*k).nil_to_val(-1) :> *v;
        :> *v;
    }
}

defmodule! {
    pub module Inner {
        depot *numbers: i64, random;
        microbatch topo {
            pstate $$p: PMap<i64, i64>;
            pstate $$s: PMap<String, i64>;
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                anchor> <start>;
                %fib(*n) :> *f;
                |global;
                +compound $$s { "fib".to_owned() => +sum(*f) };
                hook> <start>;
                %found(*n) :> *b;
                |global;
                <<if *b { +compound $$s { "found".to_owned() => +count() }; }
                hook> <start>;
                %streams(*n) next> <next> *k done> <done> *s;
                hook> <next>;
                *k :> *k;
                anchor> <again>;
                |global;
                +compound $$s { "next".to_owned() => +sum(*k) };
                hook> <done>;
                |global;
                +compound $$s { *s => +count() };
                hook> <start>;
                <<ramafn %double(*x: i64) -> i64 { :> *x * 2 + *n * 0; }
                <<ramaop %g(*a: i64, *b: i64) :> i64, String {
                    |hash(*a);
                    :> %double(*a) + *b, format!("g{b}");
                }
                %with_fun(%double, %g, *n)
                    name>> *s {
                        |global;
                        +compound $$s { format!("name {}", *s.len()) => +count() };
                    }
                    :> *v;
                |global;
                +compound $$s { "with".to_owned() => +sum(*v) };
                hook> <start>;
                <<ramaop %zero(*x: i64) :> i64 { |global; :> *x; }
                loop<- [%f: Op<(i64,), i64> = %zero, *i = 0 :> *x] {
                    |hash(*i);
                    %f(*i) :> *y;
                    <<ramaop %more(*x: i64) :> i64 { |hash(*x); %f(*x + *i) :> *z; :> *z * 2; }
                    <<if *i == 3 { :> *y; } else { continue> %more, *i + 1; }
                }
                |global;
                +compound $$s { "loop".to_owned() => +sum(*x) };
                hook> <start>;
                %read($$p, *n) :> *v;
                |global;
                +compound $$s { "read".to_owned() => +sum(*v) };
            }
        }
    }
}
#[test]
fn operations_within_operations() {
    on_clusters(|cluster, tasks, threads| {
        process(cluster, Inner, (tasks, threads), Inner::numbers, Inner::topo, 0..8);
        let s = all(cluster, Inner::s);
        assert_eq!(s["fib"], 1 + 1 + 2 + 3 + 5 + 8 + 13 + 21);
        assert_eq!(s["found"], 8);
        assert_eq!(s["next"], (0..8).map(|n: i64| n * (n + 1) / 2).sum::<i64>());
        assert_eq!(s["done"], 8);
        assert_eq!(s["name 2"], 8);
        assert_eq!(s["with"], 3 * 5 * 28);
        assert_eq!(s["read"], -8);
        assert_eq!(s["loop"], 48 * 8);
    });
}
