//! What formatting must not change, checked before anything is written.

use crate::source::Source;
use proc_macro2::{TokenStream, TokenTree};
use rama_compiler::layout;

/// A source as far as it means something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// All tokens but documentation.
    words: Vec<String>,
    comments: Vec<String>,
    /// Documentation, without white space if its code may be formatted.
    documentation: String,
}

impl Meaning {
    /// What `text` means, which was lexed as `code`.
    pub(crate) fn new(text: &str, code: &TokenStream, formats_documentation: bool) -> Self {
        let source = Source::new(text, code);
        let mut documentation = String::new();
        for leaf in source.order.iter().filter_map(|start| source.leaves.get(start)) {
            if !leaf.is_doc {
                continue;
            }
            let comment = text[leaf.range.clone()].trim_end();
            if formats_documentation {
                let body = comment.trim_start_matches(['/', '!']);
                documentation.extend(body.chars().filter(|char| !char.is_whitespace()));
            } else {
                documentation.push_str(comment);
                documentation.push('\n');
            }
        }
        Meaning {
            words: layout::words(without_documentation(code, &source)),
            comments: source.comments().into_iter().map(str::to_owned).collect(),
            documentation,
        }
    }
}

impl Meaning {
    /// What is in `self` and not in `other`, where they first differ.
    pub(crate) fn difference(&self, other: &Meaning) -> Option<String> {
        let words = difference(&self.words, &other.words);
        let comments = || difference(&self.comments, &other.comments);
        let documented =
            || (self.documentation != other.documentation).then(|| "documentation".to_owned());
        words.or_else(comments).or_else(documented)
    }
}

fn difference(these: &[String], others: &[String]) -> Option<String> {
    let same = these.iter().zip(others).take_while(|(this, other)| this == other).count();
    let end = same == these.len() && same == others.len();
    (!end).then(|| these.get(same).map_or_else(|| "the end".to_owned(), |this| format!("`{this}`")))
}

fn without_documentation(code: &TokenStream, source: &Source<'_>) -> TokenStream {
    let is_code = |token: &TokenTree| !source.is_doc(crate::source::start(token.span()));
    code.clone()
        .into_iter()
        .filter(is_code)
        .map(|token| match token {
            TokenTree::Group(group) => {
                let inner = without_documentation(&group.stream(), source);
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner))
            }
            token => token,
        })
        .collect()
}
