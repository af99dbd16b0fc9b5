//! Which tokens a space stands before, if they stand on one line: as the compiler prints them.

use crate::source::{Source, start};
use proc_macro2::{Delimiter, Punct, Spacing, TokenStream, TokenTree};
use rama_compiler::layout;
use std::collections::HashMap;

/// Whether a space stands before a token, by where the token begins.
#[derive(Default)]
pub(crate) struct Spaces(HashMap<usize, bool>);

impl Spaces {
    /// Whether a space stands before the token that begins at `start`.
    pub(crate) fn before(&self, start: usize) -> bool {
        self.0.get(&start).copied().unwrap_or(true)
    }

    /// Finds the spaces of tokens that are read as one run.
    pub(crate) fn read(&mut self, source: &Source<'_>, run: &[TokenTree]) {
        let line = layout::line(run);
        let mut aligned = Aligned { spaces: self, source, rest: &line, last: None };
        aligned.tokens(run);
    }
}

struct Aligned<'a> {
    spaces: &'a mut Spaces,
    source: &'a Source<'a>,
    /// What is printed of the tokens that follow.
    rest: &'a str,
    /// The last token if it is a mark, and where it ends.
    last: Option<(Punct, usize)>,
}

impl Aligned<'_> {
    fn tokens(&mut self, run: &[TokenTree]) {
        for token in run {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::None => ("", ""),
                    };
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    self.leaf(open, start(group.span_open()));
                    self.tokens(&inner);
                    self.leaf(close, start(group.span_close()));
                }
                TokenTree::Punct(mark) => {
                    let at = start(mark.span());
                    self.leaf(&mark.to_string(), at);
                    if let Some((last, end)) = &self.last
                        && *end != at
                        && !self.spaces.before(at)
                        && would_join(last, mark)
                    {
                        self.spaces.0.insert(at, true);
                    }
                    self.last = Some((mark.clone(), at + mark.as_char().len_utf8()));
                    continue;
                }
                _ => self.leaf(&token.to_string(), start(token.span())),
            }
            self.last = None;
        }
    }

    fn leaf(&mut self, text: &str, at: usize) {
        let trimmed = self.rest.trim_start_matches(' ');
        let space = trimmed.len() < self.rest.len();
        let Some(rest) = trimmed.strip_prefix(text) else { return };
        self.rest = rest;
        // The tokens of a comment of documentation all begin where it does; the first one counts.
        if !self.source.is_doc(at) || text == "#" {
            self.spaces.0.insert(at, space);
        }
    }
}

/// Whether two marks that stand apart would be one operator if nothing stood between them.
fn would_join(first: &Punct, second: &Punct) -> bool {
    let joint = Punct::new(first.as_char(), Spacing::Joint);
    let pair: TokenStream =
        [TokenTree::Punct(joint), TokenTree::Punct(second.clone())].into_iter().collect();
    layout::operator_length(&pair.into_iter().collect::<Vec<_>>()) > 1
}
