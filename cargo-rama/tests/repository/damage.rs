//! Damages the layout of macro calls, and nothing else.

use fastrand::Rng;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::ops::Range;

/// A token without tokens in it.
struct Leaf {
    range: Range<usize>,
    is_mark: bool,
    /// Its neighbours may touch it.
    is_separator: bool,
}

/// `text` with other white space in the calls of the language's macros.
pub(crate) fn damage(text: &str, random: &mut Rng) -> String {
    relayout(text, &mut |before, after, touches| {
        let may_touch = touches || before.is_separator || after.is_separator;
        match random.u8(0..12) {
            0..=4 if may_touch => "",
            0..=7 => " ",
            8 => "\n",
            9 => "\n\n\n        ",
            10 => "\t",
            _ => "   ",
        }
    })
}

/// `text` with comments in the calls, at random places.
pub(crate) fn comment(text: &str, random: &mut Rng) -> String {
    relayout(text, &mut |before, after, touches| match random.u8(0..60) {
        0 => " // behind\n",
        1 => "\n// on a line\n",
        2 => "\n\n    // one\n\n// and another\n\n",
        3 => " /* in between */ ",
        4 => "\n/* on a\n  line */\n",
        5 => " /* first */ // behind\n",
        6..=20 => "\n",
        _ if touches || before.is_separator || after.is_separator => "",
        _ => " ",
    })
}

/// `text` with as little white space as can be in the calls.
pub(crate) fn join(text: &str) -> String {
    relayout(text, &mut |_, _, touches| if touches { "" } else { " " })
}

fn relayout(text: &str, between: &mut dyn FnMut(&Leaf, &Leaf, bool) -> &'static str) -> String {
    let code: TokenStream = text.parse().unwrap();
    let mut calls = Vec::new();
    find(code, &mut calls);
    let mut out = String::new();
    let mut written = 0;
    for leaves in calls {
        out.push_str(&text[written..leaves[0].range.start]);
        for pair in leaves.windows(2) {
            let [before, after] = pair else { continue };
            let gap = &text[before.range.end..after.range.start];
            out.push_str(&text[before.range.clone()]);
            let joint = before.is_mark && gap.is_empty();
            if !gap.trim().is_empty() {
                comments(gap, &mut out);
            } else if text[before.range.clone()].starts_with("//") {
                out.push('\n');
            } else if !joint {
                out.push_str(between(before, after, gap.is_empty()));
            }
        }
        let last = &leaves[leaves.len() - 1];
        out.push_str(&text[last.range.clone()]);
        written = last.range.end;
    }
    out.push_str(&text[written..]);
    out
}

/// The comments of a gap, each on a line of its own or behind what was there.
fn comments(gap: &str, out: &mut String) {
    for line in gap.lines().map(str::trim).filter(|line| !line.is_empty()) {
        out.push(' ');
        out.push_str(line);
        out.push('\n');
    }
}

fn find(code: TokenStream, calls: &mut Vec<Vec<Leaf>>) {
    let code: Vec<TokenTree> = code.into_iter().collect();
    for (at, token) in code.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let name = at.checked_sub(2).map(|name| code[name].to_string()).unwrap_or_default();
        let is_macro =
            at > 1 && matches!(&code[at - 1], TokenTree::Punct(bang) if bang.as_char() == '!');
        let is_ours = is_macro && ["defmodule", "sources", "dataflow"].contains(&name.as_str());
        if is_ours && group.delimiter() == Delimiter::Brace {
            let mut found = Vec::new();
            leaves(token.clone().into(), &mut found);
            calls.push(found);
        } else if !is_macro
            && !name.ends_with("macro_rules")
            && (at < 3 || code[at - 3].to_string() != "macro_rules")
        {
            find(group.stream(), calls);
        }
    }
}

fn leaves(code: TokenStream, found: &mut Vec<Leaf>) {
    let mut end = 0;
    for token in code {
        let range = token.span().byte_range();
        // A comment of documentation is several tokens at one place.
        if range.start < end {
            continue;
        }
        end = range.end;
        match token {
            TokenTree::Group(group) => {
                let delimiter = |range| Leaf { range, is_mark: false, is_separator: true };
                found.push(delimiter(group.span_open().byte_range()));
                leaves(group.stream(), found);
                found.push(delimiter(group.span_close().byte_range()));
            }
            TokenTree::Punct(mark) => found.push(Leaf {
                range,
                is_mark: mark.spacing() == proc_macro2::Spacing::Joint,
                is_separator: matches!(mark.as_char(), ',' | ';'),
            }),
            _ => found.push(Leaf { range, is_mark: false, is_separator: false }),
        }
    }
}
