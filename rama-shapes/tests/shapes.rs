//! Paths into schemas drawn from seeds select and write what the model says: in a partition with
//! commits, checkpoints and reopening in between, and in values of the standard library.
#![allow(unused, deprecated, clippy::all, clippy::unwrap_used)]

mod support;

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rama::paths::path::Navigator;
use rama::paths::{
    PMap, PSet, PStatePath, PVec, PathError, Root, Schema, SortedRangeFromOptions,
    SortedRangeOptions, SortedRangeToOptions, Untracked,
};
use rama_shapes::data::Args;
use rama_shapes::model::Model;
use rama_shapes::path::Shape;
use rama_shapes::{generate, print, suite};
use support::compiled::{
    Compiled, Found, Paths, Source, Target, all, of_structures, of_values, one, transform,
    value_all, value_found, value_one, value_transform,
};
use support::content::{Content, content_of_struct};
use support::{stored, values, variable};

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", text.unwrap_or_default())
}

/// Runs every shape, and tells all that were wrong.
fn run_all(run: impl Fn(&Shape, Compiled) -> Result<(), String>) {
    let seeds = suite::seeds(variable);
    assert_eq!(seeds, SHAPES.iter().map(|(seed, _)| *seed).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for (seed, make) in SHAPES {
        let shape = generate::shape(*seed);
        let ran = catch_unwind(AssertUnwindSafe(|| run(&shape, make())));
        if let Err(what) = ran.unwrap_or_else(|panic| Err(said(&*panic))) {
            wrong.push(format!("seed {seed}\n{}{what}", print::shape(&shape)));
        }
    }
    if !wrong.is_empty() {
        panic!("{} of {} shapes are wrong:\n\n{}", wrong.len(), seeds.len(), wrong.join("\n\n"));
    }
}

#[test]
fn partitions_hold_what_the_model_holds() {
    run_all(|shape, compiled| stored::run(shape, &*compiled.stored));
}

#[test]
fn values_in_memory_become_what_the_model_becomes() {
    run_all(|shape, compiled| {
        compiled.value.map_or(Ok(()), |mut value| values::run(shape, &mut *value))
    });
}
