//! Prints tokens the way a user writes them, for `cx.at("…")`, plans and messages.

use crate::tokens;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Longer statements are cut here; an error names the statement, it does not quote a page.
const LONGEST: usize = 100;

/// Marks of several characters that are one operator.
const OPERATORS: &[&str] = &[
    "<<=", ">>=", "..=", "...", "::", "->", "=>", ":>", "..", "&&", "||", "==", "!=", "<=", ">=",
    "<<", ">>", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "$$",
];

/// The source of one statement on one line, cut when it is long.
pub(crate) fn statement(tokens: &[TokenTree]) -> String {
    let text = line(tokens);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut cut: String = text.chars().take(LONGEST).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// The source of `tokens` on one line.
pub(crate) fn line(tokens: &[TokenTree]) -> String {
    let mut printer = Printer::default();
    printer.tokens(tokens);
    printer.out
}

/// As [`line`], for a stream.
pub(crate) fn stream(tokens: &TokenStream) -> String {
    line(&tokens::list(tokens.clone()))
}

#[derive(Default)]
struct Printer {
    out: String,
    /// The next token stands directly after the last one.
    glued: bool,
    /// The last token closed the angles of a type.
    closed_angle: bool,
}

impl Printer {
    fn put(&mut self, text: &str, space_before: bool) {
        if space_before && !self.glued && !self.out.is_empty() {
            self.out.push(' ');
        }
        self.out.push_str(text);
        self.glued = false;
        self.closed_angle = false;
    }

    fn tokens(&mut self, tokens: &[TokenTree]) {
        let mut angles = 0_usize;
        let mut closing_bar = false;
        let mut at = 0;
        while at < tokens.len() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            match &tokens[at] {
                TokenTree::Ident(ident) => self.put(&ident.to_string(), true),
                TokenTree::Literal(literal) => self.put(&literal.to_string(), true),
                TokenTree::Group(group) => {
                    self.group(group, before, at.checked_sub(2).and_then(|at| tokens.get(at)))
                }
                TokenTree::Punct(_) => {
                    let operator = operator(&tokens[at..]);
                    let length = operator.chars().count();
                    self.operator(
                        &operator,
                        before,
                        tokens.get(at + length),
                        &mut angles,
                        &mut closing_bar,
                    );
                    at += length;
                    continue;
                }
            }
            at += 1;
        }
    }

    fn group(
        &mut self,
        group: &proc_macro2::Group,
        before: Option<&TokenTree>,
        second: Option<&TokenTree>,
    ) {
        let inner = tokens::list(group.stream());
        let touches = tokens::ends_operand(before)
            || (tokens::is_punct(before, '!') && tokens::ident(second).is_some());
        let (open, close, touches) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")", touches || self.closed_angle),
            Delimiter::Bracket => ("[", "]", touches),
            Delimiter::Brace if inner.is_empty() => return self.put("{}", true),
            Delimiter::Brace => {
                self.put("{", true);
                self.tokens(&inner);
                return self.put("}", true);
            }
            Delimiter::None => return self.tokens(&inner),
        };
        self.put(open, !touches);
        self.glued = true;
        self.tokens(&inner);
        self.put(close, false);
    }

    fn operator(
        &mut self,
        operator: &str,
        before: Option<&TokenTree>,
        after: Option<&TokenTree>,
        angles: &mut usize,
        closing_bar: &mut bool,
    ) {
        let operand = tokens::ends_operand(before);
        let type_before = tokens::ident(before)
            .is_some_and(|ident| ident.to_string().starts_with(|first: char| first.is_uppercase()))
            || self.out.ends_with("::");
        match operator {
            "::" => {
                self.put(operator, !operand && !self.closed_angle);
                self.glued = true;
            }
            "." | ".." | "..=" => {
                self.put(operator, !operand && operator != ".");
                self.glued = operator == "." || after.is_some_and(starts_operand);
            }
            "," | ";" | ":" | "?" => self.put(operator, false),
            "$$" | "$" | "'" => {
                self.put(operator, true);
                self.glued = true;
            }
            "<" if type_before => {
                *angles += 1;
                self.put(operator, false);
                self.glued = true;
            }
            ">" if *angles > 0 => {
                *angles -= 1;
                self.put(operator, false);
                self.closed_angle = true;
            }
            ">>" if *angles > 1 => {
                *angles -= 2;
                self.put(operator, false);
                self.closed_angle = true;
            }
            ">" if is_keyword(&self.out) => self.put(operator, false),
            "|" if *closing_bar => {
                *closing_bar = false;
                self.put(operator, false);
            }
            "|" if !operand => {
                *closing_bar = !self.out.is_empty();
                self.put(operator, true);
                self.glued = true;
            }
            "!" if operand && matches!(after, Some(TokenTree::Group(_))) => {
                self.put(operator, false);
            }
            "*" | "&" | "-" | "!" | "%" | "+" | "&&" | "<<" | "#" if !operand => {
                self.put(operator, true);
                self.glued = true;
            }
            _ => self.put(operator, true),
        }
    }
}

/// Whether what is printed so far is the word of a statement, as `local_select`.
fn is_keyword(out: &str) -> bool {
    !out.is_empty() && out.chars().all(|char| char.is_lowercase() || char == '_')
}

/// Whether an operand can begin with `token`.
fn starts_operand(token: &TokenTree) -> bool {
    !matches!(token, TokenTree::Punct(punct) if !matches!(punct.as_char(), '*' | '-' | '&' | '!'))
}

/// The longest operator that the tokens begin with.
fn operator(tokens: &[TokenTree]) -> String {
    let mut run = String::new();
    for token in tokens {
        let TokenTree::Punct(punct) = token else { break };
        run.push(punct.as_char());
        if punct.spacing() == Spacing::Alone {
            break;
        }
    }
    let known = OPERATORS.iter().find(|known| run.starts_with(**known));
    match known {
        Some(known) => (*known).into(),
        None => run.chars().take(1).collect(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn prints_as_written() {
        for text in [
            "local_select> $$funds.key(*from_user_id).nil_to_val(0) :> *funds",
            "%microbatch() :> Transfer { *transfer_id, from: *from, .. }",
            "*a * *b % 7 - -*c :> *x, *y",
            "|hash(*to_user_id)",
            "<<if !*ok && *n >= 3",
            "+compound $$funds { *to => { count: +count(), total: +sum(*amt) } }",
            "local_transform> $$p.key(&*x).term(|curr| curr - *amt)",
            "format!(\"{}\", (*a, *b)) :> *text",
            "vec![1, 2].iter().collect::<Vec<_>>() :> *all",
            "source> *d :> %microbatch",
            "filter> *x.len() > 3 || *y == &[1][..]",
            "0..*n :> *range",
            "match *x { Some(y) => y + 1, None => 0 } :> *z",
        ] {
            let tokens: proc_macro2::TokenStream =
                text.parse().expect("the text is made of tokens");
            assert_eq!(super::stream(&tokens), text);
        }
    }
}
