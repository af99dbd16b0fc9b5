//! From the items of a macro's input to a document.

mod rust;

use crate::pretty::{Doc, has_breaks};
use crate::source::{Comment, Source, start};
use crate::spacing::Spaces;
use proc_macro2::{Group, TokenTree};
use rama_compiler::layout::{Item, Part};

/// The braces of a macro's input, with its items in them.
pub(crate) fn braces(source: &mut Source<'_>, group: &Group, items: &[Item]) -> Doc {
    let mut builder = Builder { source, spaces: Spaces::default() };
    builder.body(group, items)
}

struct Builder<'b, 't> {
    source: &'b mut Source<'t>,
    spaces: Spaces,
}

/// Where the first of these tokens begins.
fn first(tokens: &[TokenTree]) -> Option<usize> {
    tokens.first().map(|token| start(token.span()))
}

/// Where the last leaf of the last of these tokens begins.
fn last(tokens: &[TokenTree]) -> Option<usize> {
    tokens.last().map(|token| match token {
        TokenTree::Group(group) => start(group.span_close()),
        token => start(token.span()),
    })
}

/// The tokens of a part, without those of a body.
fn part_tokens(part: &Part) -> Vec<TokenTree> {
    match part {
        Part::Tokens(tokens) | Part::Stream(tokens) => tokens.clone(),
        Part::Body(group, _) => vec![TokenTree::Group(group.clone())],
    }
}

/// All tokens of an item, in order.
fn item_tokens(item: &Item) -> Vec<TokenTree> {
    let parts = item.parts.iter().flat_map(part_tokens);
    item.attributes.iter().cloned().chain(parts).chain(item.end.iter().cloned()).collect()
}

impl Builder<'_, '_> {
    /// A body as a group of its own.
    fn body(&mut self, group: &Group, items: &[Item]) -> Doc {
        let (docs, broken) = self.open_body(group, items);
        Doc::block(docs, broken)
    }

    /// A body whose lines are those of the group around it, and whether they must break.
    fn open_body(&mut self, group: &Group, items: &[Item]) -> (Vec<Doc>, bool) {
        let close = start(group.span_close());
        let closing = self.source.take_before(close);
        let mut docs = self.leaf(start(group.span_open()), false);
        if items.is_empty() && closing.is_empty() && docs.len() == 1 {
            docs.extend(self.leaf(close, false));
            return (docs, false);
        }
        let mut inner = Vec::new();
        let mut broken = false;
        for (number, item) in items.iter().enumerate() {
            let tokens = item_tokens(item);
            let Some(first) = first(&tokens) else { continue };
            let before = self.source.take_before(first);
            let leaf = self.source.leaf(first);
            broken |= number == 0 && leaf.begins_line;
            let blank = |breaks: usize| breaks > 1 && number > 0;
            let breaks = before.first().map_or(leaf.breaks_before, |comment| comment.breaks_before);
            inner.push(Doc::Line { space: true, blank: blank(breaks) });
            self.comments(&before, leaf.breaks_before, &mut inner);
            let after = last(&tokens).map(|last| self.source.take_after(last)).unwrap_or_default();
            self.item(item, &mut inner);
            comments_after(&after, &mut inner);
        }
        self.closing(&closing, !items.is_empty(), &mut inner);
        broken |= has_breaks(&inner) || has_breaks(&docs);
        docs.push(Doc::Indent(inner));
        docs.push(Doc::Line { space: true, blank: false });
        docs.extend(self.leaf(close, false));
        (docs, broken)
    }

    /// The comments on lines before something, which stands behind so many line breaks.
    fn comments(&self, comments: &[Comment], breaks: usize, out: &mut Vec<Doc>) {
        for (number, comment) in comments.iter().enumerate() {
            let next = comments.get(number + 1).map_or(breaks, |next| next.breaks_before);
            out.push(comment_doc(comment));
            if comment.ends_line() {
                out.push(Doc::Hard { blank: next > 1 });
            } else {
                out.push(Doc::Space);
            }
        }
    }

    /// The comments before what begins on a line of its own.
    fn comments_before(&mut self, first: Option<usize>, out: &mut Vec<Doc>) {
        let before = first.map(|first| self.source.take_before(first)).unwrap_or_default();
        self.comments(&before, 1, out);
    }

    /// The comments before what closes a group.
    fn closing(&self, comments: &[Comment], is_behind: bool, out: &mut Vec<Doc>) {
        let Some(first) = comments.first() else { return };
        if first.breaks_before == 0 {
            out.push(Doc::Space);
        } else {
            out.push(Doc::Hard { blank: is_behind && first.breaks_before > 1 });
        }
        self.comments(comments, 1, out);
    }

    fn item(&mut self, item: &Item, out: &mut Vec<Doc>) {
        self.attributes(&item.attributes, out);
        let named = item.parts.first().map(part_tokens).unwrap_or_default();
        self.comments_before(first(&named), out);
        self.read_spaces(item);
        let mut docs = Vec::new();
        let mut broken = false;
        for (number, part) in item.parts.iter().enumerate() {
            let before = number.checked_sub(1).and_then(|before| item.parts.get(before));
            match part {
                Part::Tokens(tokens) => {
                    let comma = matches!(tokens.first(), Some(TokenTree::Punct(mark)) if mark.as_char() == ',');
                    if number > 0 && !comma {
                        docs.push(Doc::Space);
                    }
                    let is_head = matches!(item.parts.get(number + 1), Some(Part::Body(..)));
                    docs.extend(self.statement(tokens, is_head));
                }
                Part::Stream(tokens) => {
                    let leaf = self.source.leaf(first(tokens).unwrap_or_default());
                    let is_first = !matches!(before, Some(Part::Stream(_) | Part::Body(..)));
                    broken |= is_first && leaf.begins_line;
                    let body = match item.parts.get(number + 1) {
                        Some(Part::Body(group, items)) => Some((group, items)),
                        _ => None,
                    };
                    let stream = self.stream(tokens, body);
                    broken |= has_breaks(std::slice::from_ref(&stream));
                    docs.push(Doc::Indent(vec![Doc::Line { space: true, blank: false }, stream]));
                }
                // It is a part of its stream.
                Part::Body(..) if matches!(before, Some(Part::Stream(_))) => {}
                Part::Body(group, items) => {
                    docs.push(Doc::Space);
                    let (body, must_break) = self.open_body(group, items);
                    broken |= must_break;
                    docs.extend(body);
                }
            }
        }
        for end in &item.end {
            docs.extend(self.leaf(start(end.span()), false));
        }
        out.push(Doc::block(docs, broken));
    }

    /// What a call emits to one stream, with its inline hook.
    fn stream(&mut self, tokens: &[TokenTree], body: Option<(&Group, &Vec<Item>)>) -> Doc {
        let mut docs = self.statement(tokens, true);
        let Some((group, items)) = body else { return Doc::group(docs) };
        docs.push(Doc::Space);
        let (inner, broken) = self.open_body(group, items);
        docs.extend(inner);
        Doc::block(docs, broken)
    }

    /// Documentation and attributes, each on a line of its own.
    fn attributes(&mut self, attributes: &[TokenTree], out: &mut Vec<Doc>) {
        let mut at = 0;
        while at < attributes.len() {
            let length = if self.is_doc(&attributes[at]) {
                let start = start(attributes[at].span());
                1 + attributes[at + 1..]
                    .iter()
                    .take_while(|it| first(std::slice::from_ref(it)) == Some(start))
                    .count()
            } else {
                2.min(attributes.len() - at)
            };
            let attribute = &attributes[at..at + length];
            self.comments_before(first(attribute), out);
            at += length;
            if self.is_doc(&attribute[0]) {
                out.extend(self.leaf(start(attribute[0].span()), false));
                out.push(Doc::Hard { blank: false });
            } else {
                self.spaces.read(self.source, attribute);
                let docs = self.run(attribute);
                out.push(Doc::group(docs));
                out.push(Doc::Line { space: true, blank: false });
            }
        }
    }

    fn is_doc(&self, token: &TokenTree) -> bool {
        self.source.is_doc(start(token.span()))
    }

    /// Finds where spaces stand between the tokens of an item.
    fn read_spaces(&mut self, item: &Item) {
        if item.parts.iter().any(|part| matches!(part, Part::Stream(_))) {
            let all: Vec<TokenTree> = item.parts.iter().flat_map(part_tokens).collect();
            self.spaces.read(self.source, &all);
            return;
        }
        for part in &item.parts {
            if let Part::Tokens(tokens) = part {
                self.spaces.read(self.source, tokens);
            }
        }
    }

    /// A leaf with the comments around it, behind a space if it needs one and is not the first.
    fn leaf(&mut self, at: usize, space: bool) -> Vec<Doc> {
        let mut docs = Vec::new();
        let leaf = self.source.leaf(at);
        let before = self.source.take_before(at);
        match before.first() {
            Some(comment) if comment.breaks_before > 0 && comment.ends_line() => {
                docs.push(Doc::Hard { blank: false });
            }
            Some(_) => docs.push(Doc::Space),
            None if space => docs.push(Doc::Space),
            None => {}
        }
        self.comments(&before, 1, &mut docs);
        // What goes on behind a comment is indented.
        docs = if before.is_empty() { docs } else { vec![Doc::Indent(docs)] };
        docs.push(Doc::Text(self.source.text[leaf.range].trim_end().to_owned()));
        if leaf.is_doc {
            docs.push(Doc::Hard { blank: false });
        }
        let after = self.source.take_after(at);
        if !after.is_empty() {
            let mut comments = Vec::new();
            comments_after(&after, &mut comments);
            docs.push(Doc::Indent(comments));
        }
        docs
    }
}

fn comment_doc(comment: &Comment) -> Doc {
    if comment.is_line {
        Doc::LineComment(comment.text.clone())
    } else {
        Doc::Text(comment.text.clone())
    }
}

/// The comments behind something on its line.
fn comments_after(comments: &[Comment], out: &mut Vec<Doc>) {
    for comment in comments {
        out.extend([Doc::Space, comment_doc(comment)]);
        if !comment.is_line {
            out.push(if comment.break_after { Doc::Hard { blank: false } } else { Doc::Space });
        }
    }
}
