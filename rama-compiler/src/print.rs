//! Prints tokens the way a user writes them, for `cx.at("…")`, plans and messages.

use crate::parse::KEYWORDS;
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
    /// The streams of a call or of an operation are being printed.
    in_streams: bool,
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
            if let Some(taken) = self.form(tokens, at, angles) {
                at += taken;
                continue;
            }
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            // The word of a block, `<<switch`, is no operand, nor is that of a declaration.
            let before = before.filter(|_| match at {
                1 => !tokens::is_ident(tokens.first(), "depot"),
                at => at != 3 || !opens_block(tokens),
            });
            match &tokens[at] {
                TokenTree::Ident(ident) => self.put(&ident.to_string(), true),
                TokenTree::Literal(literal) => self.put(&literal.to_string(), true),
                TokenTree::Group(group) => {
                    self.group(group, before, at.checked_sub(2).and_then(|at| tokens.get(at)))
                }
                TokenTree::Punct(_) => {
                    let operator = operator(&tokens[at..]);
                    let length = operator.chars().count();
                    // `ramaop name<T>`
                    let opens_generics = operation_name(tokens).is_some_and(|name| name + 1 == at);
                    if operator == "<" && opens_generics {
                        angles += 1;
                        self.put("<", false);
                        self.glued = true;
                    } else {
                        self.operator(
                            &operator,
                            before,
                            tokens.get(at + length),
                            &mut angles,
                            &mut closing_bar,
                            at == 0 && opens_closure(tokens),
                        );
                    }
                    at += length;
                    continue;
                }
            }
            at += 1;
        }
    }

    /// What is written in the language only: `loop<-`, `<anchor>`, `filter>`, and the stream
    /// `name>` or `name>>` of a call. How many tokens it is.
    fn form(&mut self, tokens: &[TokenTree], at: usize, angles: usize) -> Option<usize> {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        match &tokens[at..] {
            [TokenTree::Ident(word), open, dash, ..]
                if *word == "loop"
                    && tokens::is_punct(Some(open), '<')
                    && tokens::is_punct(Some(dash), '-') =>
            {
                self.put("loop<-", true);
                Some(3)
            }
            [open, TokenTree::Ident(name), close, ..]
                if tokens::is_punct(Some(open), '<')
                    && tokens::is_punct(Some(close), '>')
                    && (tokens::is_punct(before, '>') || (at == 3 && opens_block(tokens))) =>
            {
                self.put(&format!("<{name}>"), true);
                Some(3)
            }
            [TokenTree::Ident(word), arrow, ..]
                if !tokens::ends_operand(
                    before.filter(|before| tokens::group(Some(before), Delimiter::Brace).is_none()),
                ) && (KEYWORDS.iter().any(|known| word == known)
                    || *word == "case"
                    || *word == "default")
                    && tokens::is_punct(Some(arrow), '>') =>
            {
                self.put(&format!("{word}>"), true);
                Some(2)
            }
            [TokenTree::Ident(name), arrow, behind @ ..]
                if angles == 0
                    && at > 1
                    && tokens::is_value_name(&name.to_string())
                    && tokens::is_punct(Some(arrow), '>')
                    && (operation_name(tokens).is_some()
                        || (tokens::is_punct(tokens.first(), '%')
                            && (tokens::ends_operand(before)
                                || (self.in_streams
                                    && matches!(before, Some(TokenTree::Punct(mark)) if matches!(mark.as_char(), ',' | '>')))))) =>
            {
                self.in_streams = true;
                let inline =
                    tokens::is_joint(Some(arrow), '>') && tokens::is_punct(behind.first(), '>');
                self.put(&format!("{name}{}", if inline { ">>" } else { ">" }), true);
                Some(2 + usize::from(inline))
            }
            _ => None,
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
        opens_closure: bool,
    ) {
        let operand = tokens::ends_operand(before);
        let type_before = tokens::ident(before).is_some_and(|ident| {
            let name = ident.to_string();
            name.starts_with(|first: char| first.is_uppercase()) && !tokens::is_upper_case(&name)
        }) || self.out.ends_with("::");
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
            "<" if type_before || !operand => {
                *angles += 1;
                self.put(operator, !type_before);
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
                // `|hash(…)` has no second one.
                *closing_bar = !self.out.is_empty() || opens_closure;
                self.put(operator, true);
                self.glued = true;
            }
            "!" if operand && matches!(after, Some(TokenTree::Group(_)) | None) => {
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

/// Whether the tokens begin with `<<word`.
fn opens_block(tokens: &[TokenTree]) -> bool {
    tokens::is_joint(tokens.first(), '<')
        && tokens::is_punct(tokens.get(1), '<')
        && tokens::ident(tokens.get(2)).is_some()
}

/// Where the name of an operation stands, if the tokens are the head of one.
fn operation_name(tokens: &[TokenTree]) -> Option<usize> {
    let head = &tokens[..tokens.len().min(3)];
    let word = |token: &TokenTree| {
        tokens::is_ident(Some(token), "ramaop") || tokens::is_ident(Some(token), "ramafn")
    };
    head.iter().position(word).map(|word| word + 1)
}

/// Whether a statement begins with the parameters of a closure, which could be a partitioner.
fn opens_closure(tokens: &[TokenTree]) -> bool {
    matches!(
        tokens.get(2),
        Some(TokenTree::Punct(mark)) if matches!(mark.as_char(), '|' | ',' | ':' | '@')
    )
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
pub(crate) fn operator(tokens: &[TokenTree]) -> String {
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
            "<<switch *kind { case> 1 => { 2 :> *x } }",
            "<<ramafn %f(*x: i64) -> i64 { :> *x }",
            "<<branch <a> { foo(*x) }",
            "<Vec<i64> as Default>::default() :> *list",
            "|x: i64, y| x :> *closure",
            "filter> LIMIT < *x && *y > LIMIT",
            "loop<- [*i = 0, *list: Vec<i64> = vec![] :> *out]",
            "anchor> <a>",
            "unify> <a> <b>",
            "%split(*n + 1) even> <even> *half odd>> *n { foo(*n) } :> *x: Vec<i64>",
            "continue> *i - 1, *n > 3",
            "depot *transfers: Transfer, hash_by(.from)",
            "pub(crate) ramaop both<T: Record>(*items: Vec<T>) even> T odd> Vec<T> last> T :> i64",
            "%streams(*n) first> <a> second> <b> *m, third>> *x { *x :> *y }",
        ] {
            let tokens: proc_macro2::TokenStream =
                text.parse().expect("the text is made of tokens");
            assert_eq!(super::stream(&tokens), text);
        }
    }
}
