//! The shapes use every navigator, and there are as many as promised.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use rama_shapes::path::Shape;
use rama_shapes::{generate, print, suite};

/// How often each method of paths is called at least.
const LEAST: usize = 3;

const METHODS: &str = "key must nth first last all map_vals map_keys map_key set_elem none_elem \
    subset sub_map indexed_vals index before_elem after_elem before_index beginning end sublist \
    continuous_subseqs filtered_list sorted_map_range sorted_map_range_with sorted_map_range_from \
    sorted_map_range_from_with sorted_map_range_to sorted_map_range_to_with \
    sorted_map_range_from_start sorted_map_range_to_end sorted_set_range_with filter_pred \
    filter_equal filter_not_equal filter_less_than filter_less_than_or_equal filter_greater_than \
    filter_greater_than_or_equal filter_selected filter_not_selected view if_path if_path_else \
    cond_path multi_path stay stop continue_then_stay stay_then_continue collect collect_one \
    put_collected is_collected dispense subselect nil_to_val nil_to_default count field one \
    transformed term termval update none clear multi_transform";

fn shapes() -> Vec<Shape> {
    (0..suite::SHAPES).map(generate::shape).collect()
}

#[test]
fn shapes_are_printed_as_tokens_of_rust_and_are_the_same_again() {
    for shape in shapes() {
        let source = print::shapes(std::slice::from_ref(&shape));
        assert!(source.parse::<TokenStream>().is_ok(), "seed {}\n{source}", shape.seed);
        assert_eq!(shape, generate::shape(shape.seed));
    }
}

#[test]
fn every_navigator_is_used() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for source in shapes().iter().map(print::shape) {
        for called in source.split('.').skip(1) {
            let is_of_name = |c: &char| c.is_alphanumeric() || *c == '_';
            *counts.entry(called.chars().take_while(is_of_name).collect()).or_default() += 1;
        }
    }
    println!("{counts:?}");
    let is_rare = |name: &&str| counts.get(*name).is_none_or(|count| *count < LEAST);
    let rare: Vec<_> = METHODS.split_whitespace().filter(is_rare).collect();
    assert!(rare.is_empty(), "rare navigators: {rare:?}");
}

#[test]
fn there_are_as_many_shapes_and_operations_as_promised() {
    let shapes = shapes();
    assert!(shapes.len() >= 200);
    assert!(shapes.len() * suite::OPERATIONS >= 100_000);
    let schemas: BTreeSet<String> =
        shapes.iter().map(|shape| print::schema(&shape.schema)).collect();
    println!("{} schemas", schemas.len());
    assert!(schemas.len() * 2 > shapes.len(), "schemas are seldom the same");
}
