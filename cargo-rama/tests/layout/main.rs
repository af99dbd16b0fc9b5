//! What ugly layout becomes, for each group of statements and for comments in every place.
#![allow(missing_docs, clippy::unwrap_used)]

use cargo_rama::{format_markdown, format_rust};
use std::path::Path;

/// Formats `input/<name>`, twice, and compares it with the snapshot.
#[track_caller]
fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layout/input").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let format = if name.ends_with(".md") { format_markdown } else { format_rust };
    let formatted = format(&text).unwrap_or_else(|problems| panic!("{name}: {}", problems[0]));
    assert_eq!(format(&formatted).unwrap(), formatted, "formatted again it is another");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name.split('.').next().unwrap(), formatted);
    });
}

#[test]
fn modules_and_declarations() {
    check("declarations.txt");
}

#[test]
fn simple_statements() {
    check("statements.txt");
}

#[test]
fn blocks_with_bodies_and_cases() {
    check("blocks.txt");
}

#[test]
fn calls_and_their_streams() {
    check("calls.txt");
}

#[test]
fn operations() {
    check("operations.txt");
}

#[test]
fn rust_code_inside_statements() {
    check("rust_code.txt");
}

#[test]
fn what_is_too_long_for_a_line() {
    check("long.txt");
}

#[test]
fn comments_in_every_place() {
    check("comments.txt");
}

#[test]
fn macro_calls_inside_other_code() {
    check("places.txt");
}

#[test]
fn code_in_documentation() {
    check("documentation.txt");
}

#[test]
fn code_in_pages() {
    check("pages.md");
}
