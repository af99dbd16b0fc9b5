//! Nothing is boxed, allocated or serialized per event on the way between tasks, through joins,
//! loops and operations. A test of its own process, since it counts every allocation.
#![allow(missing_docs, clippy::unwrap_used, unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use rama::{AckLevel, InProcessCluster, Microbatch, Module, dataflow, defmodule};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// Safety: everything is the system's allocator; the counter is beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

dataflow! {
    /// Moves on to the task of the next number.
    ramaop step(*n: i64) :> i64 { *n + 1 :> *m; |hash(*m); :> *m; }
}

defmodule! {
    pub module Hops {
        depot *numbers: i64, random;

        microbatch four_hops {
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                |hash(*n);
                *n * 3 :> *a;
                |direct((*a & 1) as usize);
                <<if *a % 2 == 0 { |hash(*a); *a + 1 :> *b; } else { *a :> *b; }
                |all;
                filter> *b < -1;
                *a + *b :> *_c;
            }
        }

        microbatch loops_and_operations {
            sources! {
                source> *numbers :> %mb;
                %mb() :> *n;
                loop<- [*i = 0, *at = *n :> *last] {
                    %step(*at) :> *next;
                    <<if *i < 3 { continue> *i + 1, *next; } else { :> *next; }
                }
                loop<- [*i = *last :> *out] {
                    :> *i;
                    filter> *i % 4 != 0;
                    continue> *i + 1;
                }
                filter> *out < 0;
            }
        }
    }
}

/// Allocations while so many records are processed.
fn allocations<O: 'static>(topology: Microbatch<Hops, O>, records: u64) -> u64 {
    let cluster = InProcessCluster::builder().build().unwrap();
    cluster.launch(Hops, 2, 2).unwrap();
    cluster.pause_microbatch_topology(topology).unwrap();
    let numbers = cluster.depot(Hops::numbers);
    for n in 0..records {
        numbers.append_with(n as i64, AckLevel::None).unwrap();
    }
    numbers.append(0).unwrap();
    let other = |all: u64| {
        cluster.wait_for_microbatch_processed_count(Hops::four_hops, all).unwrap();
        cluster.wait_for_microbatch_processed_count(Hops::loops_and_operations, all).unwrap();
    };
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    cluster.resume_microbatch_topology(topology).unwrap();
    cluster.wait_for_microbatch_processed_count(topology, records + 1).unwrap();
    let taken = ALLOCATIONS.load(Ordering::Relaxed) - before;
    other(records + 1);
    cluster.close().unwrap();
    taken
}

#[test]
fn events_allocate_nothing_of_their_own() {
    assert_eq!(Hops::NAME, "Hops");
    for (name, few, many) in [
        ("four hops", allocations(Hops::four_hops, 5_000), allocations(Hops::four_hops, 105_000)),
        (
            "loops and operations",
            allocations(Hops::loops_and_operations, 5_000),
            allocations(Hops::loops_and_operations, 105_000),
        ),
    ] {
        let per_event = many.saturating_sub(few) as f64 / 100_000.0;
        println!("{name}: {per_event} allocations per event");
        assert!(per_event < 0.1, "{name}: {per_event} allocations per event");
    }
}
