//! Small questions about token trees, asked by every stage.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};

/// Words that may stand directly before an operand.
const BEFORE_OPERAND: &[&str] = &[
    "as", "box", "break", "dyn", "else", "if", "in", "let", "loop", "match", "move", "mut", "ref",
    "return", "static", "unsafe", "where", "while", "yield", "for", "const", "async",
];

/// Words of Rust that can never be the name of a variable.
const RESERVED: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Where what we add is located: at the user's token, resolved as ours.
pub(crate) fn glue_span(user: Span) -> Span {
    Span::mixed_site().located_at(user)
}

pub(crate) fn list(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}

pub(crate) fn stream(tokens: &[TokenTree]) -> TokenStream {
    tokens.iter().cloned().collect()
}

pub(crate) fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// A punctuation mark glued to the next one, as the first half of `=>`.
pub(crate) fn is_joint(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted && punct.spacing() == Spacing::Joint)
}

pub(crate) fn ident(token: Option<&TokenTree>) -> Option<&Ident> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(ident),
        _ => None,
    }
}

pub(crate) fn is_ident(token: Option<&TokenTree>, wanted: &str) -> bool {
    ident(token).is_some_and(|ident| ident == wanted)
}

pub(crate) fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

/// The first place from `from` on, outside of angle brackets, at which `ends` answers for what
/// follows it; else the end.
pub(crate) fn until(
    tokens: &[TokenTree],
    from: usize,
    ends: impl Fn(&[TokenTree]) -> bool,
) -> usize {
    let mut depth = 0_usize;
    for end in from..tokens.len() {
        if depth == 0 && ends(&tokens[end..]) {
            return end;
        }
        if is_punct(tokens.get(end), '<') {
            depth += 1;
        } else if is_punct(tokens.get(end), '>') {
            depth = depth.saturating_sub(1);
        }
    }
    tokens.len()
}

/// Whether a token is known to stand in the source itself, and not in what a macro by example made.
/// There is no question for that but how rustc prints spans; where it prints them otherwise, nothing
/// is known.
pub(crate) fn stands_in_source(span: Span) -> bool {
    format!("{span:?}").starts_with("#0 ")
}

pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// `a-b-c` at the start of `code`, as `a_b_c`.
pub(crate) fn kebab(code: &[TokenTree]) -> Option<String> {
    let mut joined = ident(code.first())?.to_string();
    let mut at = 1;
    while let (true, Some(next)) = (is_punct(code.get(at), '-'), ident(code.get(at + 1))) {
        joined.push('_');
        joined.push_str(&next.to_string());
        at += 2;
    }
    (at > 1 && syn::parse_str::<Ident>(&joined).is_ok()).then_some(joined)
}

/// Whether `token` ends an operand, so that a `*` after it multiplies.
pub(crate) fn ends_operand(token: Option<&TokenTree>) -> bool {
    match token {
        Some(TokenTree::Ident(ident)) => !BEFORE_OPERAND.contains(&ident.to_string().as_str()),
        Some(TokenTree::Literal(_) | TokenTree::Group(_)) => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == '?',
        None => false,
    }
}

/// Whether what follows an operand would bind tighter than a star before it: `*x.f`, `*x?`, `*x[0]`.
pub(crate) fn binds_tighter(after: &[TokenTree]) -> bool {
    let range = is_joint(after.first(), '.') && is_punct(after.get(1), '.');
    (is_punct(after.first(), '.') && !range)
        || is_punct(after.first(), '?')
        || group(after.first(), Delimiter::Bracket).is_some()
        || group(after.first(), Delimiter::Parenthesis).is_some()
}

/// Whether the name is written like a static or a constant, `LIKE_THIS`.
pub(crate) fn is_upper_case(name: &str) -> bool {
    name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase)
}

/// Whether the name is written like a value, `like_this`.
pub(crate) fn is_value_name(name: &str) -> bool {
    !is_reserved(name)
        && name.starts_with(|first: char| first.is_lowercase() || first == '_')
        && name != "_"
}

/// Positions of the top-level `:>` arrows; `::` before `>` is a path, not an arrow.
pub(crate) fn arrows(tokens: &[TokenTree]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_joint(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':') {
            at += 2;
        } else if is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), '>') {
            found.push(at);
            at += 2;
        } else {
            at += 1;
        }
    }
    found
}

/// The pieces between top-level commas; the empty one after a trailing comma is left out.
pub(crate) fn split_commas(tokens: &[TokenTree]) -> Vec<&[TokenTree]> {
    let mut pieces: Vec<&[TokenTree]> = tokens.split(|token| is_punct(Some(token), ',')).collect();
    if pieces.last().is_some_and(|piece| piece.is_empty()) {
        pieces.pop();
    }
    pieces
}

/// The first token as the user would name it: a sigil with its name.
pub(crate) fn first_word(tokens: &[TokenTree]) -> String {
    match tokens {
        [TokenTree::Punct(sigil), TokenTree::Ident(name), ..] => format!("{sigil}{name}"),
        [first, ..] => first.to_string(),
        [] => String::new(),
    }
}

/// The span to blame when something is missing after `tokens`.
pub(crate) fn last_span(tokens: &[TokenTree]) -> Span {
    match tokens.last() {
        Some(TokenTree::Group(group)) => group.span_close(),
        Some(token) => token.span(),
        None => Span::call_site(),
    }
}

/// `tokens` with each identifier that `replace` answers for replaced, at any depth.
/// `replace` also sees the token that follows.
pub(crate) fn replace_idents(
    tokens: TokenStream,
    replace: &mut dyn FnMut(&Ident, &[TokenTree]) -> Option<TokenStream>,
) -> TokenStream {
    let tokens = list(tokens);
    let mut out = TokenStream::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) => match replace(ident, &tokens[at + 1..]) {
                Some(with) => out.extend(with),
                None => out.extend([token.clone()]),
            },
            TokenTree::Group(group) => {
                let mut inner =
                    Group::new(group.delimiter(), replace_idents(group.stream(), replace));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            _ => out.extend([token.clone()]),
        }
    }
    out
}
