//! Asynchronous calls: what follows runs when a future has delivered, on the same task, once.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "common/forms.rs"]
mod forms;

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use forms::{all, on_clusters, process};
use rama::{PMap, dataflow, defmodule};

/// Is asked twice before it delivers.
fn doubled(n: i64) -> impl Future<Output = Result<i64, String>> {
    let mut asked = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(Ok(n * 2));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

static FAILURES: AtomicU64 = AtomicU64::new(0);

/// Fails the first time that it is asked for 7.
async fn failing_once(n: i64) -> Result<(), String> {
    if n == 7 && FAILURES.fetch_add(1, Ordering::SeqCst) == 0 {
        return Err("the service is away".into());
    }
    Ok(())
}

dataflow! {
    ramaop fetched(*n: i64) :> i64, String {
        each_async> doubled(*n).await :> *twice;
        |hash(*twice);
        each_async> { let text = format!("{}", *twice); Ok::<_, String>(text) } :> *text;
        :> *twice, *text;
    }
}

defmodule! {
    pub module Calls {
        depot *numbers: i64, random;
        microbatch topo {
            pstate $$texts: PMap<i64, String>;
            pstate $$counts: PMap<i64, i64>;
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                %current_task_id() :> *task;
                each_async> failing_once(*n).await :> ();
                assert> *task == %current_task_id();
                |hash(*n);
                +compound $$counts { *n => +count() };
                %fetched(*n) :> *twice, *text;
                local_transform> $$texts.key(*twice).termval(*text);
            }
        }
    }
}

#[test]
fn a_failed_future_fails_the_attempt_and_effects_are_there_once() {
    on_clusters(|cluster, tasks, threads| {
        FAILURES.store(0, Ordering::SeqCst);
        process(cluster, Calls, (tasks, threads), Calls::numbers, Calls::topo, 0..30_i64);
        assert!(FAILURES.load(Ordering::SeqCst) > 1, "it was tried again");
        let texts = all(cluster, Calls::texts);
        let expected: BTreeMap<i64, String> =
            (0..30).map(|n| (n * 2, format!("{}", n * 2))).collect();
        assert_eq!(texts, expected);
        let counts = all(cluster, Calls::counts);
        assert_eq!(counts, (0..30).map(|n| (n, 1)).collect());
    });
}

#[test]
fn a_stand_alone_block_waits_for_its_futures() {
    let mut out = dataflow! {
        %range(0, 4) :> *n;
        %fetched_here(*n) :> *twice;
        :> *n, *twice;
    };
    out.sort_unstable();
    assert_eq!(out, [(0, 0), (1, 2), (2, 4), (3, 6)]);
}

dataflow! {
    ramaop fetched_here(*n: i64) :> i64 { each_async> doubled(*n).await :> *twice; :> *twice; }
}
