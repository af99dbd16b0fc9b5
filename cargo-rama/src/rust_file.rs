//! Formats a Rust file: its macro calls, and those in the code of its documentation.

use crate::code::{self, Options};
use crate::markdown::{self, Language};
use crate::source::Source;
use crate::verify::Meaning;
use crate::{Problem, WIDTH};
use proc_macro2::TokenStream;

/// Formats the macro calls of a Rust file, also those in the code of its documentation.
///
/// # Errors
///
/// The file is not Rust, or the compiler finds mistakes in a macro call.
pub fn format_rust(text: &str) -> Result<String, Vec<Problem>> {
    let (mark, rest) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let formatted = with_line_ends(rest, file);
    // All spans are of this file, whose text need not be kept.
    proc_macro2::extra::invalidate_current_thread_spans();
    Ok(format!("{mark}{}", formatted?))
}

/// Formats a text with `\n` at the end of lines, and gives the result those of the text.
pub(crate) fn with_line_ends(
    text: &str,
    format: impl FnOnce(&str) -> Result<String, Vec<Problem>>,
) -> Result<String, Vec<Problem>> {
    let ends = text.matches('\n').count();
    if ends > 0 && text.matches("\r\n").count() == ends {
        let formatted = format(&text.replace("\r\n", "\n"))?;
        return Ok(formatted.replace('\n', "\r\n"));
    }
    format(text)
}

fn file(text: &str) -> Result<String, Vec<Problem>> {
    let one = |problem| vec![problem];
    let code = code::lex(text).map_err(one)?;
    if let Err(error) = syn::parse_file(text) {
        let start = error.span().start();
        let message = format!("not Rust: {error}");
        return Err(one(Problem { line: start.line, column: start.column + 1, message }));
    }
    if !["defmodule", "sources", "dataflow"].iter().any(|name| text.contains(name)) {
        return Ok(text.to_owned());
    }
    let strict = Meaning::new(text, &code, false);
    let formatted = code::format(text, text, &code, &Options::default())?;
    code::verify(&strict, &formatted, false).map_err(one)?;
    let loose = Meaning::new(text, &code, true);
    let documented = documentation(&formatted)?;
    code::verify(&loose, &documented, true).map_err(one)?;
    Ok(documented)
}

/// A line of documentation: where its text begins in the file.
struct Line<'t> {
    number: usize,
    prefix: &'t str,
    text: &'t str,
}

/// Formats the code in documentation.
fn documentation(text: &str) -> Result<String, Vec<Problem>> {
    let code: TokenStream = code::lex(text).map_err(|problem| vec![problem])?;
    let documented = documented_lines(text, &code);
    let mut out = String::new();
    let mut run: Vec<Line<'_>> = Vec::new();
    let mut problems = Vec::new();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let documentation = documented.contains(&number).then(|| split(number, line));
        let goes_on = match (&documentation, run.last()) {
            (Some(next), Some(last)) => next.prefix == last.prefix,
            _ => false,
        };
        if !goes_on {
            flush(&mut run, &mut out, &mut problems);
        }
        match documentation {
            Some(line) => run.push(line),
            None => out.push_str(line),
        }
    }
    flush(&mut run, &mut out, &mut problems);
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

/// The numbers of the lines that hold nothing but `/// …` or `//! …`.
fn documented_lines(text: &str, code: &TokenStream) -> std::collections::HashSet<usize> {
    let source = Source::new(text, code);
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let leaves = source.order.iter().filter_map(|start| source.leaves.get(start));
    leaves
        .filter(|leaf| leaf.is_doc && text[leaf.range.start..].starts_with("//"))
        .filter_map(|leaf| {
            let line = starts.partition_point(|start| *start <= leaf.range.start) - 1;
            text[starts[line]..leaf.range.start].trim().is_empty().then_some(line)
        })
        .collect()
}

fn split(number: usize, line: &str) -> Line<'_> {
    let marker = line.len() - line.trim_start().len() + 3;
    Line { number, prefix: &line[..marker], text: &line[marker..] }
}

/// Writes lines of documentation that belong together.
fn flush(run: &mut Vec<Line<'_>>, out: &mut String, problems: &mut Vec<Problem>) {
    let Some(first) = run.first() else { return };
    let (prefix, number) = (first.prefix, first.number);
    // A space stands behind the mark in all lines that are not empty; else nothing is formatted.
    let spaced = run.iter().all(|line| line.text.trim().is_empty() || line.text.starts_with(' '));
    let text: String =
        run.iter().map(|line| line.text.strip_prefix(' ').unwrap_or(line.text)).collect();
    let width = WIDTH.saturating_sub(crate::pretty::columns(prefix) + 1);
    let formatted = if spaced {
        markdown::format(&text, width, Language::Documentation)
    } else {
        Ok(text.clone())
    };
    match formatted {
        Ok(formatted) if formatted != text => {
            for line in formatted.split_inclusive('\n') {
                out.push_str(prefix);
                if !line.trim().is_empty() {
                    out.push(' ');
                }
                out.push_str(line);
            }
        }
        Ok(_) => run.iter().for_each(|line| {
            out.push_str(line.prefix);
            out.push_str(line.text);
        }),
        Err(found) => problems.extend(found.into_iter().map(|problem| Problem {
            line: problem.line + number,
            column: problem.column + prefix.chars().count() + 1,
            ..problem
        })),
    }
    run.clear();
}
