//! Formats the Rust code in Markdown.

use crate::code::{self, Options};
use crate::verify::Meaning;
use crate::{Problem, WIDTH};
use proc_macro2::TokenStream;
use std::ops::Range;

/// What code without the name of a language is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Rust, as in documentation.
    Documentation,
    /// Rust if it can be read as such.
    Page,
}

/// Formats the macro calls in the Rust code of a Markdown page.
///
/// # Errors
///
/// The compiler finds mistakes in a macro call of code that says it is Rust.
pub fn format_markdown(text: &str) -> Result<String, Vec<Problem>> {
    let formatted =
        crate::rust_file::with_line_ends(text, |text| format(text, WIDTH, Language::Page));
    proc_macro2::extra::invalidate_current_thread_spans();
    formatted
}

/// As [`format_markdown`], with so many columns.
pub(crate) fn format(text: &str, width: usize, language: Language) -> Result<String, Vec<Problem>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = String::new();
    let mut problems = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        out.push_str(lines[at]);
        let fence = Fence::open(lines[at]);
        at += 1;
        let Some(fence) = fence else { continue };
        let end =
            (at..lines.len()).find(|at| fence.is_closed_by(lines[*at])).unwrap_or(lines.len());
        let code = &lines[at..end];
        let indented =
            code.iter().all(|line| line.trim().is_empty() || line.starts_with(&fence.indent));
        let how = fence.rust(language).filter(|_| indented);
        match how.map(|lenient| snippet(code, &fence, width, lenient)) {
            Some(Ok(formatted)) => out.push_str(&formatted),
            Some(Err(found)) => {
                problems.extend(found.into_iter().map(|problem| Problem {
                    line: problem.line + at,
                    column: problem.column + fence.indent.len(),
                    ..problem
                }));
            }
            None => out.extend(code.iter().copied()),
        }
        at = end;
        // The closing fence must not be taken for an opening one.
        if let Some(close) = lines.get(at) {
            out.push_str(close);
            at += 1;
        }
    }
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

/// The line before code.
struct Fence<'t> {
    /// What its lines begin with.
    indent: String,
    mark: &'t str,
    info: &'t str,
}

impl<'t> Fence<'t> {
    fn open(line: &'t str) -> Option<Self> {
        let trimmed = without_list_mark(line.trim_start_matches([' ', '\t']));
        let char = trimmed.chars().next().filter(|char| matches!(char, '`' | '~'))?;
        let length = trimmed.len() - trimmed.trim_start_matches(char).len();
        let (mark, info) = trimmed.split_at(length);
        let before = &line[..line.len() - trimmed.len()];
        let indent = before.chars().map(|char| if char == '\t' { char } else { ' ' }).collect();
        (length >= 3 && !info.contains('`')).then_some(Fence { indent, mark, info: info.trim() })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.mark.len() && line.chars().all(|char| self.mark.starts_with(char))
    }

    /// Whether the code is Rust, and then whether what cannot be read is no mistake.
    fn rust(&self, language: Language) -> Option<bool> {
        const RUST: &[&str] =
            &["rust", "no_run", "should_panic", "test_harness", "standalone_crate"];
        let mut is_named = false;
        for word in self.info.split([',', ' ']).filter(|word| !word.is_empty()) {
            let known = RUST.contains(&word) || word.starts_with("edition");
            if !known {
                return None;
            }
            is_named = true;
        }
        Some(!is_named && language == Language::Page)
    }
}

/// The line behind the mark of an item of a list: `- ` or `1. `.
fn without_list_mark(line: &str) -> &str {
    let number = line.trim_start_matches(|char: char| char.is_ascii_digit());
    let item = match number.len() < line.len() {
        true => number.strip_prefix(['.', ')']),
        false => line.strip_prefix(['-', '*', '+']),
    };
    let content = item.filter(|item| item.starts_with(' ')).map(str::trim_start);
    content.unwrap_or(line)
}

/// Formats the lines of one piece of code.
fn snippet(
    lines: &[&str],
    fence: &Fence<'_>,
    width: usize,
    lenient: bool,
) -> Result<String, Vec<Problem>> {
    let unchanged = || lines.concat();
    let original: String =
        lines.iter().map(|line| line.strip_prefix(&fence.indent).unwrap_or(line)).collect();
    let (text, fixed) = without_marks(&original);
    // Code with `…` in it is no Rust.
    let Ok(code) = text.parse::<TokenStream>() else { return Ok(unchanged()) };
    let options =
        Options { width: width.saturating_sub(fence.indent.len()), fixed: &fixed, lenient };
    let formatted = code::format(&text, &original, &code, &options)?;
    if formatted == original {
        return Ok(unchanged());
    }
    let (result, _) = without_marks(&formatted);
    code::verify(&Meaning::new(&text, &code, false), &result, false).map_err(|it| vec![it])?;
    let indented = formatted.split_inclusive('\n').map(|line| {
        if line.trim().is_empty() { line.to_owned() } else { format!("{}{line}", fence.indent) }
    });
    Ok(indented.collect())
}

/// The code without rustdoc's marks, `# ` of a hidden line and `##` of a line that begins with `#`,
/// and where these lines are. Every other character stays where it is.
fn without_marks(text: &str) -> (String, Vec<Range<usize>>) {
    let mut out = String::new();
    let mut fixed = Vec::new();
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let is_marked =
            trimmed.starts_with("# ") || trimmed.starts_with("##") || trimmed.trim_end() == "#";
        if is_marked {
            let indent = line.len() - trimmed.len();
            fixed.push(out.len()..out.len() + line.len());
            out.push_str(&line[..indent]);
            out.push(' ');
            out.push_str(&trimmed[1..]);
        } else {
            out.push_str(line);
        }
    }
    (out, fixed)
}
