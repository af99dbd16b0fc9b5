//! Each mistake in a module is one error, at the user's own token, in words of the DSL.
#![allow(missing_docs, clippy::unwrap_used)]

#[test]
fn mistakes_are_reported_once_at_their_token() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
