//! Half-typed code as it would be with a word where one is missing. Completion puts a word at the
//! cursor and compares: what is repaired here is read alike with and without it.

use crate::parse::KEYWORDS;
use crate::tokens;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

/// What stands where a word is missing.
const WORD: &str = "__missing";

/// Puts a word wherever a mark wants one and none follows.
pub(crate) fn repair(input: TokenStream) -> TokenStream {
    tokens::stream(&repaired(&tokens::list(input)))
}

fn repaired(code: &[TokenTree]) -> Vec<TokenTree> {
    let mut out: Vec<TokenTree> = Vec::new();
    // Behind the head of a block whose brace was not there yet.
    let mut in_head = false;
    for (at, token) in code.iter().enumerate() {
        let rest = &code[at..];
        // `<<each items :> pattern {`
        let emits = tokens::is_joint(Some(token), ':') && tokens::is_punct(rest.get(1), '>');
        if in_head && (tokens::is_punct(Some(token), ';') || (starts_statement(rest) && !emits)) {
            out.push(empty(Delimiter::Brace));
        }
        in_head = match token {
            TokenTree::Group(group) => in_head && group.delimiter() != Delimiter::Brace,
            _ if starts_block(rest) => true,
            _ => {
                in_head && !tokens::is_punct(Some(token), ';') && (emits || !starts_statement(rest))
            }
        };
        match token {
            TokenTree::Group(group) => {
                let (inside, behind) = closed(group);
                let mut inner =
                    Group::new(group.delimiter(), repaired(&inside).into_iter().collect());
                inner.set_span(group.span());
                out.push(TokenTree::Group(inner));
                if !behind.is_empty() {
                    out.push(semicolon());
                    out.extend(repaired(&behind));
                }
            }
            token => out.push(token.clone()),
        }
        let rest = &code[at + 1..];
        if let TokenTree::Punct(punct) = token
            && wants_word(punct, code, at)
            && !has_word(punct, rest)
        {
            out.push(TokenTree::Ident(Ident::new(WORD, Span::mixed_site())));
        }
        if is_open_call(code, at) {
            out.push(empty(Delimiter::Parenthesis));
        }
    }
    if in_head {
        out.push(empty(Delimiter::Brace));
    }
    out
}

fn empty(delimiter: Delimiter) -> TokenTree {
    TokenTree::Group(Group::new(delimiter, TokenStream::new()))
}

fn semicolon() -> TokenTree {
    TokenTree::Punct(Punct::new(';', Spacing::Alone))
}

/// What is inside parentheses, and the statements that got there since they were not closed.
fn closed(group: &Group) -> (Vec<TokenTree>, Vec<TokenTree>) {
    let mut inside = tokens::list(group.stream());
    if group.delimiter() != Delimiter::Parenthesis {
        return (inside, Vec::new());
    }
    let end = (0..inside.len())
        .find(|at| tokens::is_punct(inside.get(*at), ';') || starts_statement(&inside[*at..]));
    let behind = end.map_or_else(Vec::new, |end| inside.split_off(end));
    (inside, behind)
}

/// Whether a statement begins here for certain.
fn starts_statement(code: &[TokenTree]) -> bool {
    let word = |at: usize| tokens::ident(code.get(at));
    let keyword = word(0).is_some_and(|word| KEYWORDS.iter().any(|known| word == known))
        && tokens::is_punct(code.get(1), '>');
    let partitioner = tokens::is_punct(code.first(), '|')
        && word(1).is_some_and(|word| crate::parse::PARTITIONERS.iter().any(|known| word == known));
    let compound = tokens::is_punct(code.first(), '+') && tokens::is_ident(code.get(1), "compound");
    let emission = tokens::is_joint(code.first(), ':') && tokens::is_punct(code.get(1), '>');
    keyword || starts_block(code) || partitioner || compound || emission
}

/// `<<word`
fn starts_block(code: &[TokenTree]) -> bool {
    let word = tokens::ident(code.get(2));
    tokens::is_joint(code.first(), '<')
        && tokens::is_punct(code.get(1), '<')
        && word.is_some_and(|word| crate::parse::BLOCKS.iter().any(|known| word == known))
}

/// Whether a name or an operand must follow this mark.
fn wants_word(punct: &Punct, code: &[TokenTree], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| code.get(at));
    let next = code.get(at + 1);
    let glued = punct.spacing() == Spacing::Joint && matches!(next, Some(TokenTree::Punct(_)));
    match punct.as_char() {
        // Not in a range.
        '.' => !(tokens::is_joint(before, '.') || glued && tokens::is_punct(next, '.')),
        '$' => !tokens::is_punct(next, '$'),
        '*' | '%' => !glued || !tokens::is_punct(next, '='),
        '+' | '/' | '-' => !glued,
        // The second half of `==`, `>=`, `&&` and the like; not of an arrow.
        '=' | '&' => !glued,
        '>' => tokens::is_joint(before, ':'),
        _ => false,
    }
}

/// Whether one follows.
fn has_word(punct: &Punct, rest: &[TokenTree]) -> bool {
    if rest.is_empty() || starts_statement(rest) {
        return false;
    }
    match (punct.as_char(), &rest[0]) {
        (_, TokenTree::Ident(_)) => true,
        ('.', TokenTree::Literal(_)) => true,
        ('.' | '$', _) => false,
        (_, TokenTree::Punct(next)) => !matches!(next.as_char(), ';' | ',' | ':'),
        ('*' | '%', TokenTree::Group(group)) => group.delimiter() != Delimiter::Brace,
        _ => true,
    }
}

/// `%name` at the start of a statement, which is not called yet.
fn is_open_call(code: &[TokenTree], at: usize) -> bool {
    let TokenTree::Ident(_) = &code[at] else { return false };
    let Some(mark) = at.checked_sub(1) else { return false };
    let fresh = mark == 0
        || tokens::is_punct(code.get(mark - 1), ';')
        || tokens::group(code.get(mark - 1), Delimiter::Brace).is_some();
    let rest = &code[at + 1..];
    let ends = rest.first().is_none_or(|next| tokens::is_punct(Some(next), ';'));
    let ends = ends || starts_statement(rest) || (rest.len() > 1 && is_start(rest));
    tokens::is_punct(code.get(mark), '%') && fresh && ends
}

/// `*name` or `%name`, which cannot follow the name of an operation.
fn is_start(rest: &[TokenTree]) -> bool {
    (tokens::is_punct(rest.first(), '*') || tokens::is_punct(rest.first(), '%'))
        && tokens::ident(rest.get(1)).is_some()
}

/// What a statement that cannot be read may become.
pub(crate) fn guesses_at(code: &[TokenTree]) -> Vec<Vec<TokenTree>> {
    let marks = [
        TokenTree::Punct(Punct::new(':', Spacing::Joint)),
        TokenTree::Punct(Punct::new('>', Spacing::Alone)),
        TokenTree::Ident(Ident::new("_", Span::mixed_site())),
    ];
    let until = |end: usize| code[..end].iter().cloned().chain(marks.clone()).collect();
    match tokens::arrows(code).as_slice() {
        // An emission that another one follows.
        [0, next, ..] => vec![code[..*next].to_vec()],
        [arrow, ..] => vec![until(*arrow), code[..*arrow].to_vec()],
        [] => vec![until(code.len())],
    }
}
