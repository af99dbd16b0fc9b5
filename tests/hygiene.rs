//! The macros' code does not meet the user's: names of the prelude that mean something else, names
//! that the expansion uses itself, and every lint denied.
#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(missing_docs, clippy::trivially_copy_pass_by_ref)]

use rama::{InProcessCluster, PMap, dataflow, defmodule};

mod shadowed {
    #![allow(dead_code, non_camel_case_types)]

    use super::{PMap, dataflow, defmodule};

    // What an expansion could mean by these is not what they are here.
    pub struct Option;
    pub struct Some;
    pub struct Result;
    pub struct Ok;
    pub struct Err;
    pub struct Vec;
    pub struct String;
    pub struct Box;
    pub trait Clone {}
    pub trait Copy {}
    pub trait Default {}
    pub trait Send {}
    pub trait Sync {}
    pub trait Fn {}
    pub trait Into {}
    pub trait From {}
    pub trait IntoIterator {}
    pub trait Iterator {}
    pub mod core {}
    pub mod std {}
    pub mod rama {}

    dataflow! {
        pub ramaop both(*n: i64) even> i64 :> i64, i64 {
            |hash(*n);
            <<if *n % 2 == 0 { even> *n; }
            loop<- [*i = 0, *sum = *n :> *out] {
                <<if *i == 3 { :> *sum; } else { continue> *i + 1, *sum + *i; }
            }
            :> *n, *out;
        }

        pub ramafn twice(*n: i64) -> i64 { :> *n * 2; }

        pub ramaop again(*n: i64) :> i64 {
            <<if *n > 0 { %self(*n - 1) :> *m; :> *m; } else { :> *n; }
        }
    }

    defmodule! {
        pub module Shadowed {
            depot *numbers: i64, hash_by(identity);
            microbatch topology {
                pstate $$sums: PMap<i64, i64>;
                sources! {
                    source> *numbers :> %batch;
                    %batch() :> *n;
                    <<ramaop %plus(*x: i64) :> i64 { :> *x + *n; }
                    %both(twice(*n)) even> <even> *e :> *a, *b;
                    %again(*a) :> *c;
                    %plus(*b + *c) :> *d;
                    |hash(*d);
                    +compound $$sums { *d => +count() };
                    hook> <even>;
                    each_async> done(*e).await :> *e;
                    |hash(*e);
                    local_transform> $$sums.key(*e).termval(-1);
                }
            }
        }
    }

    fn identity(n: &i64) -> i64 {
        *n
    }

    async fn done(n: i64) -> ::std::result::Result<i64, ::std::string::String> {
        ::std::future::ready(::std::result::Result::Ok(n + 1_000)).await
    }
}

/// Names of variables that the expansion could use for itself.
#[test]
fn variables_may_have_any_name() {
    let out = dataflow! {
        1 :> *cx;
        *cx + 1 :> *topology;
        *topology + 1 :> *value;
        *value + 1 :> *frame;
        *frame + 1 :> *target;
        *target + 1 :> *emitted;
        *emitted + 1 :> *record;
        *record + 1 :> *carried;
        %explode([*carried, *cx]) :> *item;
        <<ramafn %own(*args: i64) -> i64 { :> *args + *item; }
        <<ramaop %ret(*captures: i64) :> i64 { :> *captures; :> *captures + 1; }
        %ret(%own(*topology)) :> *next;
        loop<- [*label = 0 :> *values] { :> *label; <<if *label < 1 { continue> *label + 1; } }
        :> *cx, *topology, *value, *frame, *target, *emitted, *record, *next, *values;
    };
    let nexts: Vec<(i64, i64)> = out.iter().map(|row| (row.7, row.8)).collect();
    assert_eq!(nexts, [(10, 0), (10, 1), (11, 0), (11, 1), (3, 0), (3, 1), (4, 0), (4, 1)]);
    assert!(out.iter().all(|row| (row.0, row.1, row.6) == (1, 2, 7)));
}

#[test]
fn names_of_the_prelude_may_mean_something_else() {
    use shadowed::Shadowed;
    let cluster = InProcessCluster::temporary().expect("a cluster");
    cluster.launch(Shadowed, 4, 2).expect("it starts");
    cluster.depot(Shadowed::numbers).append(5).expect("it is appended");
    cluster.wait_for_microbatch_processed_count(Shadowed::topology, 1).expect("it is processed");
    let sums = cluster.pstate(Shadowed::sums);
    assert_eq!(sums.select_one(|p| p.key(18)).expect("it is there"), Some(1));
    assert_eq!(sums.select_one(|p| p.key(1_010)).expect("it is there"), Some(-1));
    cluster.close().expect("it stops");
}

/// `macro_rules!` cannot write `$$`, so in what it makes one `$` is enough.
macro_rules! counting {
    ($name:ident, $record:ty) => {
        defmodule! {
            module $name {
                depot *records: $record, random;
                microbatch topology {
                    pstate $counts: PMap<$record, u64>;
                    sources! {
                        source> *records :> %batch;
                        %batch() :> *record;
                        |hash(*record);
                        +compound $counts { *record => +count() };
                    }
                }
            }
        }
    };
}

counting!(Counting, i64);

#[test]
fn a_module_may_come_from_a_macro_by_example() {
    let cluster = InProcessCluster::temporary().expect("a cluster");
    cluster.launch(Counting, 2, 1).expect("it starts");
    cluster.depot(Counting::records).append(5).expect("it is appended");
    cluster.wait_for_microbatch_processed_count(Counting::topology, 1).expect("it is processed");
    let counts = cluster.pstate(Counting::counts);
    assert_eq!(counts.select_one(|p| p.key(5)).expect("it is there"), Some(1));
    cluster.close().expect("it stops");
}
