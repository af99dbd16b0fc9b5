//! The programs use every form, and are neither trivial nor too large.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use rama_programs::ast::Program;
use rama_programs::form::{ALL, COMPILED, Form};
use rama_programs::print;
use rama_programs::suite::{self, MAX_STEPS};

/// How often each form must have run, over all programs.
const LEAST: usize = 5;

fn check(forms: &[Form]) {
    let enabled: BTreeSet<Form> = forms.iter().copied().collect();
    let programs: Vec<Program> =
        (0..suite::PROGRAMS).map(|seed| suite::program(seed, &enabled)).collect();
    let mut counts: BTreeMap<Form, usize> = forms.iter().map(|form| (*form, 0)).collect();
    let (mut rows, mut lines, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
    for program in &programs {
        let found = suite::run(program, 2, MAX_STEPS, suite::simple_route);
        rows.push(found.rows.len());
        let source = print::program(program);
        sizes.push(source.len());
        lines.push(source.lines().count());
        for site in &found.ran {
            for form in program.forms.get(site).into_iter().flatten() {
                *counts.entry(*form).or_default() += 1;
            }
        }
    }
    for numbers in [&mut rows, &mut lines, &mut sizes] {
        numbers.sort_unstable();
    }
    let middle = programs.len() / 2;
    let at = |numbers: &[usize]| (numbers[0], numbers[middle], numbers[numbers.len() - 1]);
    println!("rows {:?} lines {:?} bytes {:?}", at(&rows), at(&lines), at(&sizes));
    println!("{counts:?}");
    let rare: Vec<_> = counts.iter().filter(|(_, count)| **count < LEAST).collect();
    assert!(rare.is_empty(), "rare forms: {rare:?}");
    assert!(rows[middle] > 3, "programs put out too little: {rows:?}");
    assert!(lines[middle] <= 120, "programs are too long: {lines:?}");
}

#[test]
fn all_forms_are_printed_as_tokens_of_rust() {
    let all: BTreeSet<Form> = ALL.iter().copied().collect();
    for seed in 0..suite::PROGRAMS {
        let program = suite::program(seed, &all);
        let source = print::program(&program);
        assert!(source.parse::<TokenStream>().is_ok(), "seed {seed}\n{source}");
        assert_eq!(source, print::program(&suite::program(seed, &all)), "the same again");
    }
}

#[test]
fn programs_of_the_forms_switched_on() {
    check(COMPILED);
}

#[test]
fn programs_of_all_forms() {
    check(ALL);
}
