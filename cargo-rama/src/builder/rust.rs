//! Tokens in a row: the heads of statements, and the Rust code in them.
//!
//! Rust code is laid out by its brackets, its commas and its operators alone. Where a brace has its
//! code on lines of its own it keeps them, and a chain that is too long keeps the breaks it has.

use super::{Builder, last};
use crate::pretty::{Doc, has_breaks};
use crate::source::start;
use proc_macro2::{Delimiter, Group, Spacing, TokenTree};
use rama_compiler::layout::{self, Macro};

/// What may be broken before, from what binds least to what binds most.
const OPERATORS: &[&[&str]] = &[&["||"], &["&&"], &["+", "-"]];

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == wanted)
}

fn is_word(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(word) if word == wanted)
}

fn is_braces(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
}

/// Whether `first` and `second` begin the code, as one operator.
fn is_pair(code: &[TokenTree], first: char, second: char) -> bool {
    is_punct(code.first(), first)
        && is_punct(code.get(1), second)
        && matches!(&code[0], TokenTree::Punct(mark) if mark.spacing() == Spacing::Joint)
}

/// The operator that begins here, as text.
fn operator(code: &[TokenTree]) -> String {
    code[..layout::operator_length(code).min(code.len())].iter().map(ToString::to_string).collect()
}

impl Builder<'_, '_> {
    /// The tokens of a statement up to its end or its body; a head has its body on its last line.
    pub(super) fn statement(&mut self, tokens: &[TokenTree], is_head: bool) -> Vec<Doc> {
        let arrow = (1..tokens.len()).find(|at| self.is_arrow(tokens, *at));
        let clause = tokens.iter().position(|token| is_word(token, "where"));
        if let (true, Some(clause)) = (is_head, clause) {
            let mut docs = self.list(&tokens[..clause]);
            docs.push(Doc::Indent(vec![Doc::Line { space: true, blank: false }]));
            docs.extend(self.list(&tokens[clause..]));
            return vec![Doc::group(docs)];
        }
        let Some(arrow) = arrow.filter(|_| !is_head) else { return self.list(tokens) };
        let (left, right) = tokens.split_at(arrow);
        let mut docs = self.list(left);
        let is_bracketed = matches!(right.last(), Some(TokenTree::Group(_)))
            && self.pieces(&right[2..]).len() == 1;
        if is_bracketed {
            docs.push(Doc::Space);
        } else {
            docs.push(Doc::Indent(vec![Doc::Soft { space: true, wanted: false }]));
        }
        docs.extend(self.list(right));
        docs
    }

    /// Whether `:>` stands at `at`.
    fn is_arrow(&self, tokens: &[TokenTree], at: usize) -> bool {
        is_pair(&tokens[at..], ':', '>') && !is_pair(&tokens[at - 1..], ':', ':')
    }

    /// Pieces between commas, as many on a line as fit.
    fn list(&mut self, tokens: &[TokenTree]) -> Vec<Doc> {
        let mut docs = Vec::new();
        for (number, piece) in self.pieces(tokens).into_iter().enumerate() {
            if number > 0 {
                docs.push(Doc::Indent(vec![Doc::Soft { space: true, wanted: false }]));
            }
            docs.extend(self.expression(piece));
        }
        docs
    }

    /// Cuts behind commas, but not between the angles of types.
    fn pieces<'t>(&self, tokens: &'t [TokenTree]) -> Vec<&'t [TokenTree]> {
        let mut found = Vec::new();
        let mut begin = 0;
        let (mut angles, mut bars) = (Angles::default(), false);
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Punct(mark) = token else { continue };
            angles.pass(self, tokens, at);
            match mark.as_char() {
                '|' if is_pair(&tokens[at..], '|', '|')
                    || (at > 0 && is_pair(&tokens[at - 1..], '|', '|')) => {}
                // The parameters of a closure.
                '|' => bars = !bars && !is_behind_operand(tokens, at),
                ',' if angles.0 == 0 && !bars => {
                    found.push(&tokens[begin..=at]);
                    begin = at + 1;
                }
                _ => {}
            }
        }
        if begin < tokens.len() {
            found.push(&tokens[begin..]);
        }
        found
    }

    /// One expression, pattern or entry, broken at its operators.
    fn expression(&mut self, tokens: &[TokenTree]) -> Vec<Doc> {
        let arrow = (0..tokens.len()).find(|at| is_pair(&tokens[*at..], '=', '>'));
        if let Some(arrow) = arrow.filter(|arrow| *arrow > 0) {
            let mut docs = self.run(&tokens[..arrow + 2]);
            if tokens.len() > arrow + 2 {
                docs.push(Doc::Space);
                docs.extend(self.expression(&tokens[arrow + 2..]));
            }
            return docs;
        }
        if tokens.iter().any(|token| is_word(token, "else")) {
            return self.alternatives(tokens);
        }
        let Some(cuts) = self.operators(tokens) else { return self.run(tokens) };
        let mut docs = Vec::new();
        let mut begin = 0;
        for cut in cuts.into_iter().chain([tokens.len()]) {
            if begin > 0 {
                docs.push(Doc::Indent(vec![Doc::Line { space: true, blank: false }]));
            }
            docs.extend(self.operand(&tokens[begin..cut], begin > 0));
            begin = cut;
        }
        vec![Doc::group(docs)]
    }

    /// An operand behind its operator, if it has one.
    fn operand(&mut self, tokens: &[TokenTree], has_operator: bool) -> Vec<Doc> {
        let length = if has_operator { layout::operator_length(tokens) } else { 0 };
        let mut docs = self.run(&tokens[..length]);
        if has_operator {
            docs.push(Doc::Space);
        }
        docs.extend(self.expression(&tokens[length..]));
        docs
    }

    /// Where to break: before the operators that bind least.
    fn operators(&self, tokens: &[TokenTree]) -> Option<Vec<usize>> {
        let mut found: Vec<(usize, String)> = Vec::new();
        let mut angles = Angles::default();
        let mut at = 0;
        while at < tokens.len() {
            if !matches!(tokens[at], TokenTree::Punct(_)) {
                at += 1;
                continue;
            }
            let operator = operator(&tokens[at..]);
            let length = operator.chars().count();
            let after = tokens.get(at + length);
            // What stands between spaces has two operands.
            let spaced = self.spaces.before(start(tokens[at].span()))
                && after.is_some_and(|after| self.spaces.before(start(after.span())));
            if operator == "|" || (operator == "||" && !spaced) {
                return None;
            }
            (at..at + length).for_each(|at| angles.pass(self, tokens, at));
            if spaced && at > 0 && angles.0 == 0 {
                found.push((at, operator));
            }
            at += length;
        }
        OPERATORS.iter().find_map(|level| {
            let cuts: Vec<usize> = found
                .iter()
                .filter(|(_, operator)| level.contains(&operator.as_str()))
                .map(|(at, _)| *at)
                .collect();
            (!cuts.is_empty()).then_some(cuts)
        })
    }

    /// `if … { … } else { … }`, whose braces break together.
    fn alternatives(&mut self, tokens: &[TokenTree]) -> Vec<Doc> {
        let mut docs = Vec::new();
        let mut broken = false;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) if is_braces(Some(token)) => {
                    if at > 0 {
                        docs.push(Doc::Space);
                    }
                    let (inner, must_break) = self.open_braces(group);
                    broken |= must_break;
                    docs.extend(inner);
                }
                _ => docs.extend(self.token(tokens, at)),
            }
        }
        vec![Doc::block(docs, broken)]
    }

    /// Tokens one behind the other; a path or a chain of calls may break before its dots.
    pub(super) fn run(&mut self, tokens: &[TokenTree]) -> Vec<Doc> {
        let mut docs = Vec::new();
        let mut documentation = None;
        for at in 0..tokens.len() {
            let here = start(tokens[at].span());
            if documentation == Some(here) {
                continue;
            }
            if self.source.is_doc(here) {
                documentation = Some(here);
                docs.extend(self.leaf(here, false));
                continue;
            }
            if at > 0 && is_call(&tokens[at..]) && !is_punct(tokens.get(at - 1), '.') {
                let wanted = self.breaks_before(tokens.get(at));
                docs.push(Doc::Indent(vec![Doc::Soft { space: false, wanted }]));
            }
            docs.extend(self.token(tokens, at));
        }
        docs
    }

    /// One token of a run.
    fn token(&mut self, tokens: &[TokenTree], at: usize) -> Vec<Doc> {
        let TokenTree::Group(group) = &tokens[at] else {
            let here = start(tokens[at].span());
            let space = at > 0 && self.spaces.before(here);
            return self.leaf(here, space);
        };
        let space = at > 0 && self.spaces.before(start(group.span_open()));
        let mut docs = Vec::new();
        if space {
            docs.push(Doc::Space);
        }
        if is_braces(tokens.get(at)) {
            if let Some(body) = self.language(&tokens[..at], group) {
                docs.push(body);
                return docs;
            }
            let after = self.source.take_after(start(group.span_close()));
            let (inner, broken) = self.open_braces(group);
            docs.push(Doc::block(inner, broken));
            super::comments_after(&after, &mut docs);
        } else {
            let after = self.source.take_after(start(group.span_close()));
            docs.push(self.parentheses(group));
            super::comments_after(&after, &mut docs);
        }
        docs
    }

    /// A macro of the language inside of Rust code.
    fn language(&mut self, before: &[TokenTree], group: &Group) -> Option<Doc> {
        let [.., TokenTree::Ident(name), bang] = before else { return None };
        let of = Macro::named(&name.to_string()).filter(|_| is_punct(Some(bang), '!'))?;
        let items = layout::items(of, group.stream()).ok()?;
        Some(self.body(group, &items))
    }

    /// Parentheses or brackets: all on one line, or each piece on one.
    fn parentheses(&mut self, group: &Group) -> Doc {
        let close = start(group.span_close());
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        let closing = self.source.take_before(close);
        let mut docs = self.leaf(start(group.span_open()), false);
        let is_empty = inner.is_empty() && closing.is_empty() && docs.len() == 1;
        // What a loop emits is one piece: `[*i = 0 :> *out, *other]`.
        let arrow = (1..inner.len()).find(|at| self.is_arrow(&inner, *at));
        let (left, emitted) = inner.split_at(arrow.unwrap_or(inner.len()));
        let pieces = self.pieces(left);
        let embraces = embraces(&pieces) && emitted.is_empty();
        let mut indented = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            indented.push(match number {
                0 if embraces => Doc::Indent(Vec::new()),
                _ if embraces => Doc::Soft { space: true, wanted: false },
                _ => Doc::Line { space: number > 0, blank: false },
            });
            self.piece(piece, &mut indented);
        }
        if !emitted.is_empty() {
            indented.push(Doc::Line { space: true, blank: false });
            let after = last(emitted).map(|last| self.source.take_after(last)).unwrap_or_default();
            let list = self.list(emitted);
            indented.push(Doc::group(list));
            super::comments_after(&after, &mut indented);
        }
        self.closing(&closing, true, &mut indented);
        docs.push(Doc::Indent(indented));
        if !embraces && !is_empty {
            docs.push(Doc::Line { space: false, blank: false });
        }
        docs.extend(self.leaf(close, false));
        Doc::group(docs)
    }

    /// A piece between brackets, and the comments behind it.
    fn piece(&mut self, piece: &[TokenTree], out: &mut Vec<Doc>) {
        let after = last(piece).map(|last| self.source.take_after(last)).unwrap_or_default();
        let expression = self.expression(piece);
        out.push(Doc::group(expression));
        super::comments_after(&after, out);
    }

    /// Braces of Rust code or of a template, and whether they must break.
    fn open_braces(&mut self, group: &Group) -> (Vec<Doc>, bool) {
        let close = start(group.span_close());
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        let closing = self.source.take_before(close);
        let mut docs = self.leaf(start(group.span_open()), false);
        if inner.is_empty() && closing.is_empty() && docs.len() == 1 {
            docs.extend(self.leaf(close, false));
            return (docs, false);
        }
        let pieces = self.lines(&inner);
        let fills = pieces.len() > 1 && pieces.iter().all(|piece| is_name(piece));
        let mut broken = has_breaks(&docs);
        let mut indented = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            let Some(first) = super::first(piece) else { continue };
            let leaf = self.source.leaf(first);
            let before = self.source.take_before(first);
            let breaks = before.first().map_or(leaf.breaks_before, |comment| comment.breaks_before);
            broken |= number == 0 && leaf.begins_line;
            if number > 0 && fills && before.is_empty() {
                indented.push(Doc::Soft { space: true, wanted: false });
            } else {
                indented.push(Doc::Line { space: true, blank: number > 0 && breaks > 1 });
            }
            self.comments(&before, leaf.breaks_before, &mut indented);
            self.piece(piece, &mut indented);
        }
        self.closing(&closing, !pieces.is_empty(), &mut indented);
        broken |= has_breaks(&indented);
        docs.push(Doc::Indent(indented));
        docs.push(Doc::Line { space: true, blank: false });
        docs.extend(self.leaf(close, false));
        (docs, broken)
    }

    /// What stands on lines of its own inside of braces: cut behind `;` and `,`, behind the braces of
    /// a match's arms, and behind other braces where the source is.
    fn lines<'t>(&self, tokens: &'t [TokenTree]) -> Vec<&'t [TokenTree]> {
        let mut found = Vec::new();
        for piece in self.pieces(tokens) {
            let mut begin = 0;
            for at in 0..piece.len() {
                let next = piece.get(at + 1);
                let ends = is_punct(piece.get(at), ';')
                    || (is_braces(piece.get(at)) && self.ends_line(piece, at, next))
                    || (at > begin && self.is_attribute(piece, at) && self.breaks_before(next));
                if ends && next.is_some() {
                    found.push(&piece[begin..=at]);
                    begin = at + 1;
                }
            }
            found.push(&piece[begin..]);
        }
        found
    }

    fn ends_line(&self, piece: &[TokenTree], at: usize, next: Option<&TokenTree>) -> bool {
        let goes_on = match next {
            Some(TokenTree::Ident(word)) => word == "else" || word == "as",
            Some(TokenTree::Punct(mark)) => matches!(mark.as_char(), '.' | '?' | ',' | ';' | '='),
            _ => false,
        };
        let is_arm = at > 1 && is_pair(&piece[at - 2..], '=', '>');
        !goes_on && (is_arm || self.breaks_before(next))
    }

    fn is_attribute(&self, piece: &[TokenTree], at: usize) -> bool {
        is_punct(piece.get(at - 1), '#')
            && matches!(&piece[at], TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
            && !self.source.is_doc(start(piece[at].span()))
    }

    fn breaks_before(&self, token: Option<&TokenTree>) -> bool {
        token.is_some_and(|token| self.source.leaf(start(token.span())).begins_line)
    }
}

/// How many angles of types are open.
#[derive(Default)]
struct Angles(usize);

impl Angles {
    /// Passes a mark: an angle of a type stands directly at what is before it.
    fn pass(&mut self, builder: &Builder<'_, '_>, tokens: &[TokenTree], at: usize) {
        let TokenTree::Punct(mark) = &tokens[at] else { return };
        let glued = !builder.spaces.before(start(mark.span()));
        let ends_arrow = at > 0
            && (is_pair(&tokens[at - 1..], '-', '>') || is_pair(&tokens[at - 1..], '=', '>'));
        match mark.as_char() {
            '<' if glued && is_behind_name(tokens, at) => self.0 += 1,
            '>' if glued && !ends_arrow => self.0 = self.0.saturating_sub(1),
            _ => {}
        }
    }
}

/// Whether a name or `::` stands before this.
fn is_behind_name(tokens: &[TokenTree], at: usize) -> bool {
    match at.checked_sub(1).and_then(|before| tokens.get(before)) {
        Some(TokenTree::Ident(_)) => true,
        before => is_punct(before, ':'),
    }
}

/// Whether a bar stands behind an operand, so that it is an operator.
fn is_behind_operand(tokens: &[TokenTree], at: usize) -> bool {
    match at.checked_sub(1).and_then(|before| tokens.get(before)) {
        Some(TokenTree::Ident(word)) => word != "move" && word != "return",
        Some(TokenTree::Literal(_) | TokenTree::Group(_)) => true,
        _ => false,
    }
}

/// Whether parentheses around these pieces stand directly around them, so that the last one breaks
/// inside of its own brackets: it is a block, or the only one.
fn embraces(pieces: &[&[TokenTree]]) -> bool {
    let Some((last, before)) = pieces.split_last() else { return false };
    let is_chain = (1..last.len()).any(|at| is_call(&last[at..]));
    let ends_in_block = is_braces(last.last());
    let is_bracketed = matches!(last.last(), Some(TokenTree::Group(_)))
        || (last.len() < 4 && last.iter().all(|token| !matches!(token, TokenTree::Group(_))));
    let has_block = |piece: &&[TokenTree]| piece.iter().any(|token| is_braces(Some(token)));
    !is_chain
        && (ends_in_block || (is_bracketed && before.is_empty()))
        && !before.iter().any(has_block)
}

/// `.name(…)` or `.name::<…>(…)`
fn is_call(tokens: &[TokenTree]) -> bool {
    let [dot, TokenTree::Ident(_), rest @ ..] = tokens else { return false };
    let called = match rest {
        [TokenTree::Group(group), ..] => group.delimiter() == Delimiter::Parenthesis,
        rest => is_pair(rest, ':', ':'),
    };
    is_punct(Some(dot), '.') && called
}

/// A short piece of a pattern or a list, without anything in it: `*name,` or `..`.
fn is_name(piece: &[TokenTree]) -> bool {
    piece.len() <= 3
        && piece.iter().all(|token| match token {
            TokenTree::Punct(mark) => matches!(mark.as_char(), '*' | ',' | '.' | '-'),
            TokenTree::Ident(_) | TokenTree::Literal(_) => true,
            TokenTree::Group(_) => false,
        })
}
