//! Formats the macro calls in a piece of Rust code.

use crate::builder;
use crate::calls::{MacroCall, calls};
use crate::pretty::{Doc, Place, columns, render};
use crate::source::Source;
use crate::verify::Meaning;
use crate::{Problem, WIDTH};
use proc_macro2::TokenStream;
use rama_compiler::layout;
use std::ops::Range;

/// How code is formatted.
pub(crate) struct Options<'a> {
    /// Columns that a line may take.
    pub(crate) width: usize,
    /// Parts of the code that must stay as they are.
    pub(crate) fixed: &'a [Range<usize>],
    /// Whether a macro call that the compiler cannot read is left alone, rather than an error.
    pub(crate) lenient: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { width: WIDTH, fixed: &[], lenient: false }
    }
}

/// `text`, which was lexed as `code`, with its macro calls formatted.
///
/// `original` is what the result is made of, if it is not `text` itself but as long.
pub(crate) fn format(
    text: &str,
    original: &str,
    code: &TokenStream,
    options: &Options<'_>,
) -> Result<String, Vec<Problem>> {
    let mut source = Source::new(text, code);
    let mut out = String::new();
    let mut problems = Vec::new();
    let mut written = 0;
    let calls = calls(code);
    for (number, call) in calls.iter().enumerate() {
        let next = calls
            .get(number + 1)
            .map_or(text.len(), |next| next.group.span_open().byte_range().start);
        let end = call.group.span_close().byte_range().end;
        let is_fixed = |fixed: &Range<usize>| fixed.start < end && call.bang_end < fixed.end;
        if options.fixed.iter().any(is_fixed) {
            continue;
        }
        let items = match layout::items(call.of, call.group.stream()) {
            Ok(items) => items,
            Err(_) if call.is_inside_macro || options.lenient => continue,
            Err(mistakes) => {
                problems.extend(mistakes.into_iter().map(|mistake| {
                    let at = mistake.span.byte_range();
                    // What has no place of its own is at the call.
                    let at = if at.is_empty() { call.bang_end } else { at.start };
                    Problem::at(text, at, mistake.message)
                }));
                continue;
            }
        };
        out.push_str(&original[written..call.bang_end]);
        open(&mut out, text, call);
        let place =
            Place { prefix: &indentation(&out), column: last_column(&out), width: options.width };
        let braces = builder::braces(&mut source, &call.group, &items);
        let behind = text[end..next].split('\n').next().unwrap_or_default().trim_end();
        out.push_str(&render(&[braces, Doc::Follows(columns(behind))], &place));
        written = end;
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    out.push_str(&original[written..]);
    Ok(out)
}

/// Writes what stands between the `!` and the brace.
fn open(out: &mut String, text: &str, call: &MacroCall) {
    let between = &text[call.bang_end..call.group.span_open().byte_range().start];
    out.push_str(if between.trim().is_empty() { " " } else { between });
}

/// What the last line of `out` begins with.
fn indentation(out: &str) -> String {
    let line = out.rsplit('\n').next().unwrap_or_default();
    line.chars().take_while(|char| matches!(char, ' ' | '\t')).collect()
}

fn last_column(out: &str) -> usize {
    columns(out.rsplit('\n').next().unwrap_or_default())
}

/// Lexes `text`.
pub(crate) fn lex(text: &str) -> Result<TokenStream, Problem> {
    text.parse().map_err(|error: proc_macro2::LexError| {
        let at = error.span().byte_range().start;
        Problem::at(text, at.min(text.len()), format!("not Rust: {error}"))
    })
}

/// An error if `text` does not mean what `original` does.
pub(crate) fn verify(
    original: &Meaning,
    text: &str,
    formats_documentation: bool,
) -> Result<(), Problem> {
    let code = lex(text)?;
    let Some(difference) = original.difference(&Meaning::new(text, &code, formats_documentation))
    else {
        return Ok(());
    };
    let message =
        format!("internal error: formatting would change {difference}; nothing is written");
    Err(Problem { line: 1, column: 1, message })
}
