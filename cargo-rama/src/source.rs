//! A source as the tokens that stand in it, and what stands between them.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use std::collections::HashMap;
use std::ops::Range;

/// A comment that is no documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) text: String,
    /// `// …`
    pub(crate) is_line: bool,
    /// Line breaks between it and what stands before it.
    pub(crate) breaks_before: usize,
    /// Whether the line ends behind it.
    pub(crate) break_after: bool,
}

impl Comment {
    /// Whether nothing stands behind it on its line.
    pub(crate) fn ends_line(&self) -> bool {
        self.is_line || self.break_after
    }
}

/// A token without tokens in it: a word, a mark, a literal, a delimiter, a comment of documentation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaf {
    pub(crate) range: Range<usize>,
    /// Line breaks between it and what stands before it, be it a comment.
    pub(crate) breaks_before: usize,
    /// Whether it begins a line, or a comment before it does.
    pub(crate) begins_line: bool,
    /// `/// …` and the like.
    pub(crate) is_doc: bool,
    /// Comments on lines before it.
    pub(crate) before: Vec<Comment>,
    /// Comments behind it on its line.
    pub(crate) after: Vec<Comment>,
}

/// The leaves of a source.
pub(crate) struct Source<'t> {
    pub(crate) text: &'t str,
    /// By where they begin.
    pub(crate) leaves: HashMap<usize, Leaf>,
    /// Comments behind all of them.
    pub(crate) last: Vec<Comment>,
    /// Where the leaves begin, in order.
    pub(crate) order: Vec<usize>,
}

/// Where a token begins in the text that was lexed.
pub(crate) fn start(span: Span) -> usize {
    span.byte_range().start
}

impl<'t> Source<'t> {
    /// The leaves of `text`, which was lexed as `code`.
    pub(crate) fn new(text: &'t str, code: &TokenStream) -> Self {
        let mut found = Vec::new();
        ranges(text, code, &mut found);
        let mut source =
            Source { text, leaves: HashMap::new(), last: Vec::new(), order: Vec::new() };
        let (mut end, mut previous) = (0, None);
        for (range, is_doc) in found {
            let gap = gap(&text[end..range.start]);
            let mut leaf = Leaf {
                is_doc,
                breaks_before: gap.breaks_after,
                begins_line: gap.breaks_after > 0
                    || gap.comments.iter().any(|comment| comment.breaks_before > 0),
                ..Leaf::default()
            };
            // A comment with code behind it on its line belongs to that.
            let on_line = gap.comments.iter().take_while(|it| it.breaks_before == 0).count();
            let same_line = match previous {
                Some(_) => gap.comments[..on_line]
                    .iter()
                    .rposition(Comment::ends_line)
                    .map_or(0, |at| at + 1),
                None => 0,
            };
            let mut comments = gap.comments;
            leaf.before = comments.split_off(same_line);
            if let Some(previous) = previous.and_then(|start| source.leaves.get_mut(&start)) {
                previous.after = comments;
            }
            end = range.end;
            previous = Some(range.start);
            source.order.push(range.start);
            leaf.range = range.clone();
            source.leaves.insert(range.start, leaf);
        }
        source.last = gap(&text[end..]).comments;
        source
    }

    /// The leaf that begins at `start`.
    pub(crate) fn leaf(&self, start: usize) -> Leaf {
        self.leaves.get(&start).cloned().unwrap_or_default()
    }

    /// Takes the comments on lines before a leaf, so that they are written once.
    pub(crate) fn take_before(&mut self, start: usize) -> Vec<Comment> {
        self.leaves.get_mut(&start).map(|leaf| std::mem::take(&mut leaf.before)).unwrap_or_default()
    }

    /// As [`Self::take_before`], for those behind it on its line.
    pub(crate) fn take_after(&mut self, start: usize) -> Vec<Comment> {
        self.leaves.get_mut(&start).map(|leaf| std::mem::take(&mut leaf.after)).unwrap_or_default()
    }

    pub(crate) fn is_doc(&self, start: usize) -> bool {
        self.leaves.get(&start).is_some_and(|leaf| leaf.is_doc)
    }

    /// All comments, in order.
    pub(crate) fn comments(&self) -> Vec<&str> {
        let leaves = self.order.iter().filter_map(|start| self.leaves.get(start));
        leaves
            .flat_map(|leaf| leaf.before.iter().chain(&leaf.after))
            .chain(&self.last)
            .map(|comment| comment.text.as_str())
            .collect()
    }
}

/// The ranges of the leaves, and which of them are documentation.
fn ranges(text: &str, code: &TokenStream, found: &mut Vec<(Range<usize>, bool)>) {
    let mut documentation = None;
    for token in code.clone() {
        let range = token.span().byte_range();
        // All tokens of a comment of documentation stand where the comment stands.
        if documentation == Some(range.start) {
            continue;
        }
        if matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '#')
            && text[range.start..].starts_with('/')
        {
            documentation = Some(range.start);
            found.push((range, true));
            continue;
        }
        match &token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                ranges(text, &group.stream(), found);
            }
            TokenTree::Group(group) => {
                found.push((group.span_open().byte_range(), false));
                ranges(text, &group.stream(), found);
                found.push((group.span_close().byte_range(), false));
            }
            _ => found.push((range, false)),
        }
    }
}

struct Gap {
    comments: Vec<Comment>,
    /// Line breaks behind the last comment.
    breaks_after: usize,
}

/// Reads what stands between two tokens: white space and comments.
fn gap(text: &str) -> Gap {
    let mut comments: Vec<Comment> = Vec::new();
    let mut breaks = 0;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let is_line = rest.starts_with("//");
        if !is_line && !rest.starts_with("/*") {
            breaks += usize::from(char == '\n');
            rest = &rest[char.len_utf8()..];
            continue;
        }
        let length = if is_line { rest.find('\n').unwrap_or(rest.len()) } else { block(rest) };
        let (comment, behind) = rest.split_at(length);
        let break_after = behind.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        comments.push(Comment {
            text: comment.trim_end().to_owned(),
            is_line,
            breaks_before: breaks,
            break_after,
        });
        breaks = 0;
        rest = behind;
    }
    Gap { comments, breaks_after: breaks }
}

/// How long the block comment is that the text begins with.
fn block(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}
