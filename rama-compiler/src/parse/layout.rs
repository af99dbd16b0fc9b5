//! Where items begin and end, and which braces hold items: the same cuts that the parser makes,
//! without understanding what is between them. It is asked only about what the parser could read.

use super::{block, call, declaration};
use crate::layout::{Item, Part};
use crate::tokens;
use proc_macro2::{Delimiter, Group, TokenTree};

/// The module of `defmodule!`.
pub(crate) fn module(code: &[TokenTree]) -> Vec<Item> {
    vec![item(code, |body| declarations(body, topology))]
}

/// The sources of `sources!`, outside of `defmodule!`.
pub(crate) fn part(code: &[TokenTree]) -> Vec<Item> {
    vec![item(code, statements)]
}

/// The operations of `dataflow!`.
pub(crate) fn operations(code: &[TokenTree]) -> Vec<Item> {
    declarations(code, statements)
}

fn topology(code: &[TokenTree]) -> Vec<Item> {
    declarations(code, statements)
}

/// Declarations, of which those that end at a brace hold `inner`.
fn declarations(code: &[TokenTree], inner: impl Fn(&[TokenTree]) -> Vec<Item>) -> Vec<Item> {
    let mut found = Vec::new();
    for extent in declaration::extents(code) {
        match &code[extent] {
            [semicolon] if tokens::is_punct(Some(semicolon), ';') => end(&mut found, semicolon),
            declaration => found.push(item(declaration, &inner)),
        }
    }
    found
}

/// A declaration up to its `;` or its brace.
fn item(code: &[TokenTree], inner: impl Fn(&[TokenTree]) -> Vec<Item>) -> Item {
    let (attributes, code) = code.split_at(block::attributes_length(code));
    let mut item = Item { attributes: attributes.to_vec(), ..Item::default() };
    match code.split_last() {
        Some((TokenTree::Group(group), head)) if group.delimiter() == Delimiter::Brace => {
            item.tokens(head);
            item.body(group, inner);
        }
        Some((last, head)) if tokens::is_punct(Some(last), ';') => {
            item.tokens(head);
            item.end.push(last.clone());
        }
        _ => item.tokens(code),
    }
    item
}

/// Notes a `;` behind the last item.
fn end(found: &mut Vec<Item>, semicolon: &TokenTree) {
    if found.is_empty() {
        found.push(Item::default());
    }
    if let Some(last) = found.last_mut() {
        last.end.push(semicolon.clone());
    }
}

/// The statements of a block.
pub(crate) fn statements(code: &[TokenTree]) -> Vec<Item> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        if tokens::is_punct(code.get(at), ';') {
            end(&mut found, &code[at]);
            at += 1;
            continue;
        }
        let attributes = block::attributes_length(&code[at..]);
        let mut item = Item { attributes: code[at..at + attributes].to_vec(), ..Item::default() };
        at += attributes;
        at += item.statement(&code[at..]);
        found.push(item);
    }
    found
}

/// The cases of a block.
fn cases(code: &[TokenTree]) -> Vec<Item> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let mut item = Item::default();
        match block::case_body(code, at) {
            _ if matches!(&code[at], TokenTree::Punct(_)) => {
                end(&mut found, &code[at]);
                at += 1;
                continue;
            }
            Some((arrow, body)) => {
                item.tokens(&code[at..arrow + 2]);
                item.body(body, statements);
                at = arrow + 3;
            }
            None => {
                item.tokens(&code[at..]);
                at = code.len();
            }
        }
        found.push(item);
    }
    found
}

impl Item {
    fn tokens(&mut self, code: &[TokenTree]) {
        if !code.is_empty() {
            self.parts.push(Part::Tokens(code.to_vec()));
        }
    }

    fn body(&mut self, group: &Group, inner: impl Fn(&[TokenTree]) -> Vec<Item>) {
        let code = tokens::list(group.stream());
        self.parts.push(Part::Body(group.clone(), inner(&code)));
    }

    /// Reads the statement that the code begins with; answers how many tokens it took.
    fn statement(&mut self, code: &[TokenTree]) -> usize {
        if block::starts_block(code) {
            return self.dataflow_block(code);
        }
        if block::starts_loop(code)
            && let Some(body) = tokens::group(code.get(4), Delimiter::Brace)
        {
            self.tokens(&code[..4]);
            self.body(body, statements);
            return 5;
        }
        let (length, _) = block::statement_length(code);
        let length = length.max(1).min(code.len());
        self.simple(&code[..length]);
        length
    }

    /// `<<word … { … }` with all of its `else`.
    fn dataflow_block(&mut self, code: &[TokenTree]) -> usize {
        let mut at = 0;
        loop {
            let Some((body, brace)) = block::body(&code[at..], 3) else {
                self.tokens(&code[at..]);
                return code.len();
            };
            let word = tokens::ident(code.get(at + 2));
            let has_cases = word
                .is_some_and(|word| ["cond", "switch", "subsource"].iter().any(|it| word == it));
            self.tokens(&code[at..at + brace]);
            self.body(body, if has_cases { cases } else { statements });
            at += brace + 1;
            if word.is_none_or(|word| word != "if") || !tokens::is_ident(code.get(at), "else") {
                return at;
            }
            self.tokens(&code[at..=at]);
            at += 1;
            if let Some(group) = tokens::group(code.get(at), Delimiter::Brace) {
                self.body(group, statements);
                return at + 1;
            }
        }
    }

    /// A statement that is no dataflow block.
    fn simple(&mut self, code: &[TokenTree]) {
        let streams = match call::head(code) {
            Some((_, _, length)) => length,
            None => code.len(),
        };
        let named = call::stream_start(&code[streams..]).is_some_and(|(_, inline, name)| {
            inline || name.is_some() || !tokens::arrows(&code[streams + 2..]).is_empty()
        });
        if !named {
            return self.tokens(code);
        }
        self.tokens(&code[..streams]);
        let mut rest = &code[streams..];
        while let Some((taken, inline, _)) = call::stream_start(rest) {
            let mut length = call::stream_end(rest, taken);
            let body = (0..length).rev().find_map(|at| {
                Some((at, tokens::group(rest.get(at), Delimiter::Brace).filter(|_| inline)?))
            });
            match body {
                Some((at, body)) => {
                    self.parts.push(Part::Stream(rest[..at].to_vec()));
                    self.body(body, statements);
                    length = at + 1;
                }
                None => self.parts.push(Part::Stream(rest[..length].to_vec())),
            }
            rest = &rest[length..];
            // A comma may stand between streams.
            let commas = rest.iter().take_while(|token| tokens::is_punct(Some(token), ',')).count();
            self.tokens(&rest[..commas]);
            rest = &rest[commas..];
        }
        self.tokens(rest);
    }
}
