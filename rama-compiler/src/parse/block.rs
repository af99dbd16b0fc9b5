//! Blocks of statements: split first, then read each one, so that a bad statement costs one
//! statement. Forms that end at their brace are read here, see [`starts_block`].

use super::statement::{self, Words};
use super::{anonymous, hoist, pattern, rust};
use crate::ast::{Block, BlockKind, Expr, Head, Kind, Loop, Pattern, Statement};
use crate::errors::{self, Errors};
use crate::{print, tokens};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenTree};
use quote::quote_spanned;

/// The dataflow blocks, written `<<word`.
pub(crate) const BLOCKS: &[&str] = &[
    "if",
    "cond",
    "switch",
    "subsource",
    "shadowif",
    "do",
    "each",
    "atomic",
    "branch",
    "ramafn",
    "ramaop",
];
/// Rust expressions that end a statement at their brace.
const RUST_BLOCKS: &[&str] = &["if", "match", "for", "while", "loop", "unsafe"];

/// Reads the statements of a block.
pub(crate) fn block(code: &[TokenTree], errors: &mut Errors) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        if tokens::is_punct(code.get(at), ';') {
            at += 1;
            continue;
        }
        let before = found.len();
        let is_unaligned = attributes(&code[at..], errors);
        at += attributes_length(&code[at..]);
        if at == code.len() {
            break;
        }
        let length = if starts_block(&code[at..]) {
            dataflow_block(&code[at..], &mut found, errors)
        } else if starts_loop(&code[at..]) {
            looping(&code[at..], &mut found, errors)
        } else {
            let (length, missing) = statement_length(&code[at..]);
            statement::statement(&code[at..at + length], missing, &mut found, errors);
            length
        };
        at += length.max(1);
        if is_unaligned {
            found[before..].iter_mut().for_each(|statement| statement.is_unaligned = true);
        }
    }
    found
}

/// Reads the attributes before a statement; says whether `#[unaligned]` is one of them.
fn attributes(code: &[TokenTree], errors: &mut Errors) -> bool {
    let mut is_unaligned = false;
    for attribute in &code[..attributes_length(code)] {
        let Some(group) = tokens::group(Some(attribute), Delimiter::Bracket) else { continue };
        if group.stream().to_string() == "unaligned" {
            is_unaligned = true;
        } else {
            errors.push(errors::unknown_attribute(group.span()));
        }
    }
    is_unaligned
}

/// How many tokens the attributes are that the code begins with.
pub(crate) fn attributes_length(code: &[TokenTree]) -> usize {
    let mut at = 0;
    while tokens::is_punct(code.get(at), '#')
        && tokens::group(code.get(at + 1), Delimiter::Bracket).is_some()
    {
        at += 2;
    }
    at
}

/// `<<`
pub(crate) fn starts_block(code: &[TokenTree]) -> bool {
    tokens::is_joint(code.first(), '<') && tokens::is_punct(code.get(1), '<')
}

/// `loop<-`
pub(crate) fn starts_loop(code: &[TokenTree]) -> bool {
    tokens::is_ident(code.first(), "loop")
        && tokens::is_punct(code.get(1), '<')
        && tokens::is_punct(code.get(2), '-')
}

/// How many tokens up to the end of a statement that is not a dataflow block, and what is wrong
/// with its end.
pub(crate) fn statement_length(code: &[TokenTree]) -> (usize, Option<syn::Error>) {
    let case = tokens::is_punct(code.get(1), '>');
    let rust_block = tokens::ident(code.first()).is_some_and(|word| {
        RUST_BLOCKS.iter().any(|known| word == known)
            || (case && (word == "case" || word == "default"))
    });
    for at in 1..code.len() {
        if tokens::is_punct(code.get(at), ';') {
            return (at, None);
        }
        if let Some(text) = next_statement(&code[at..], &code[at - 1]) {
            return (at, Some(errors::missing_semicolon(code[at].span(), &text)));
        }
        let brace = tokens::group(code.get(at), Delimiter::Brace).is_some();
        if rust_block && brace && !continues_after_brace(code.get(at + 1)) {
            return (at + 1, None);
        }
    }
    (code.len(), None)
}

/// Whether a Rust block expression goes on after its brace.
fn continues_after_brace(next: Option<&TokenTree>) -> bool {
    match next {
        Some(TokenTree::Ident(word)) => *word == "else" || *word == "as",
        Some(TokenTree::Punct(punct)) => {
            !matches!(punct.as_char(), '*' | '<' | '|' | '%' | '$' | '+')
        }
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(TokenTree::Literal(_)) | None => false,
    }
}

/// Whether another statement begins here, inside of one that was not ended.
fn next_statement(code: &[TokenTree], before: &TokenTree) -> Option<String> {
    let ended = tokens::ends_operand(Some(before));
    if let Some(word) = statement::starts_keyword(code)
        && ended
        && Words::is_keyword(word)
    {
        return Some(format!("{word}>"));
    }
    if starts_block(code)
        && let Some(word) = tokens::ident(code.get(2))
        && BLOCKS.iter().any(|known| word == known)
        && tokens::is_joint(code.first(), '<')
    {
        return Some(format!("<<{word}"));
    }
    if starts_loop(code) && ended {
        return Some("loop<-".into());
    }
    let name = tokens::ident(code.get(1))?;
    if statement::starts_partitioner(code) && ended && Words::is_partitioner(name) {
        let last = tokens::group(code.get(2), Delimiter::Parenthesis).is_none()
            || code.get(3).is_none_or(|after| tokens::is_punct(Some(after), ';'));
        return last.then(|| format!("|{name}"));
    }
    let aggregates = tokens::is_punct(code.first(), '+')
        && name == "compound"
        && tokens::is_punct(code.get(2), '$');
    aggregates.then(|| "+compound".into())
}

/// Where the tokens after a block that cannot be read end.
fn skip(code: &[TokenTree], from: usize) -> usize {
    (from..code.len())
        .find(|at| {
            tokens::is_punct(code.get(*at), ';')
                || tokens::group(code.get(*at), Delimiter::Brace).is_some()
        })
        .map_or(code.len(), |at| at + 1)
}

/// Notes a block that cannot be read, and how long it is.
fn failed(
    code: &[TokenTree],
    length: usize,
    error: syn::Error,
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> usize {
    errors.push(error);
    let mut end = length;
    while tokens::is_ident(code.get(end), "else") {
        end = skip(code, end + 1);
    }
    let kind = Kind::Bad { binds: pattern::salvage(&code[..end]) };
    let span = code.first().map_or_else(Span::call_site, TokenTree::span);
    found.push(Statement { text: print::statement(&code[..end]), span, is_unaligned: false, kind });
    end
}

/// Reads a `<<word … { … }` and answers how many tokens it took.
fn dataflow_block(code: &[TokenTree], found: &mut Vec<Statement>, errors: &mut Errors) -> usize {
    let span = code[0].span();
    let word = tokens::ident(code.get(2));
    let Some(word) = word.filter(|word| BLOCKS.iter().any(|known| word == known)) else {
        let (at, text) = match word {
            Some(word) => (word.span(), word.to_string()),
            None => (span, String::new()),
        };
        let error = errors::unknown_block(at, &text, BLOCKS);
        return failed(code, skip(code, 2), error, found, errors);
    };
    let Some((body, at)) = body(code, 3) else {
        let error = errors::block_without_body(word.span(), &word.to_string());
        return failed(code, skip(code, 3), error, found, errors);
    };
    let head = &code[3..at];
    let block = Opened { code, word, head, body, end: at + 1 };
    let before = found.len();
    let read = match word.to_string().as_str() {
        "if" | "shadowif" => block.conditional(found, errors),
        "cond" => block.cond(found, errors),
        "switch" => block.switch(found, errors),
        "subsource" => block.subsource(found, errors),
        "do" => block.bare().map(|()| {
            found.extend(self::block(&tokens::list(body.stream()), errors));
            block.end
        }),
        "atomic" => block.bare().map(|()| {
            let body = self::block(&tokens::list(body.stream()), errors);
            found.push(block.statement(Kind::Atomic { body }));
            block.end
        }),
        "each" => block.each(found, errors),
        "branch" => statement::anchor(head, word).map(|anchor| {
            let body = self::block(&tokens::list(body.stream()), errors);
            found.push(block.statement(Kind::Branch { anchor, body }));
            block.end
        }),
        _ => anonymous::anonymous(word, head, body, errors).map(|anonymous| {
            found.push(block.statement(Kind::Anonymous(anonymous)));
            block.end
        }),
    };
    read.unwrap_or_else(|error| {
        found.truncate(before);
        failed(code, at + 1, error, found, errors)
    })
}

/// A dataflow block whose body was found.
struct Opened<'t> {
    code: &'t [TokenTree],
    word: &'t Ident,
    /// What stands between the word and the brace.
    head: &'t [TokenTree],
    body: &'t Group,
    /// Behind the brace.
    end: usize,
}

impl Opened<'_> {
    fn statement(&self, kind: Kind) -> Statement {
        Statement {
            text: print::statement(&self.code[..self.end - 1]),
            span: self.word.span(),
            is_unaligned: false,
            kind,
        }
    }

    fn inner(&self) -> Vec<TokenTree> {
        tokens::list(self.body.stream())
    }

    /// A block that takes nothing.
    fn bare(&self) -> syn::Result<()> {
        match self.head.first() {
            Some(extra) => Err(errors::block_takes_nothing(extra.span(), &self.word.to_string())),
            None => Ok(()),
        }
    }

    /// `<<if` and `<<shadowif`
    fn conditional(&self, found: &mut Vec<Statement>, errors: &mut Errors) -> syn::Result<usize> {
        let head = hoist::hoist(self.head, found, errors)?;
        let name = self.word.to_string();
        let condition =
            rust::expr(&head, || errors::block_without_condition(self.word.span(), &name))
                .map_err(|error| errors::inside_head(error, &name))?;
        let then = block(&self.inner(), errors);
        let (kind, otherwise, end) = if name == "if" {
            let (otherwise, end) = otherwise(self.code, self.end, errors);
            (BlockKind::If, otherwise, end)
        } else {
            if let Some(word) =
                tokens::ident(self.code.get(self.end)).filter(|word| *word == "else")
            {
                return Err(errors::shadowif_else(word.span()));
            }
            (BlockKind::ShadowIf, Vec::new(), self.end)
        };
        let arms = vec![then, otherwise];
        let block = Block { kind, head: Head::If(condition), arms, merges: Vec::new() };
        found.push(self.statement(Kind::Block(block)));
        Ok(end)
    }

    /// `<<cond { case> condition => { … } default> => { … } }`: an `<<if` in each `else`.
    fn cond(&self, found: &mut Vec<Statement>, errors: &mut Errors) -> syn::Result<usize> {
        self.bare()?;
        let cases = cases(&self.inner(), self.word, errors)?;
        let mut arm = no_match(self.word.span());
        for case in cases.into_iter().rev() {
            let Some(head) = case.head else {
                arm = case.body;
                continue;
            };
            let mut statements = Vec::new();
            let head = hoist::hoist(&head, &mut statements, errors)?;
            let condition = rust::expr(&head, || errors::case_without_head(case.span))
                .map_err(errors::inside_case)?;
            statements.push(Statement {
                text: case.text,
                span: case.span,
                is_unaligned: false,
                kind: Kind::Block(Block {
                    kind: BlockKind::Cond,
                    head: Head::If(condition),
                    arms: vec![case.body, arm],
                    merges: Vec::new(),
                }),
            });
            arm = statements;
        }
        found.extend(arm);
        Ok(self.end)
    }

    /// `<<switch value { case> a, b => { … } default> => { … } }`: an `<<if` in each `else`.
    fn switch(&self, found: &mut Vec<Statement>, errors: &mut Errors) -> syn::Result<usize> {
        let head = hoist::hoist(self.head, found, errors)?;
        let none = || errors::block_without_value(self.word.span(), "switch");
        let value =
            rust::expr(&head, none).map_err(|error| errors::inside_head(error, "switch"))?;
        let cases = cases(&self.inner(), self.word, errors)?;
        let name = match value.uses.as_slice() {
            [mention] if value.form == crate::ast::Form::Variable => mention.name.clone(),
            _ => {
                let name = hoist::fresh("switch", self.word.span());
                found.push(Statement {
                    text: print::statement(&self.code[..self.end - 1]),
                    span: self.word.span(),
                    is_unaligned: false,
                    kind: Kind::Value {
                        values: vec![value],
                        pattern: Some(Pattern::variable(name.clone())),
                    },
                });
                name
            }
        };
        let mut arm = no_match(self.word.span());
        for case in cases.into_iter().rev() {
            let Some(head) = case.head else {
                arm = case.body;
                continue;
            };
            if let Some(span) = hoist::first_call(&head) {
                return Err(errors::operation_in_case(span));
            }
            let alternatives = rust::args(&head)?;
            if alternatives.is_empty() {
                return Err(errors::case_without_head(case.span));
            }
            let condition = equal_to_one_of(&name, alternatives);
            arm = vec![Statement {
                text: case.text,
                span: case.span,
                is_unaligned: false,
                kind: Kind::Block(Block {
                    kind: BlockKind::Switch,
                    head: Head::If(condition),
                    arms: vec![case.body, arm],
                    merges: Vec::new(),
                }),
            }];
        }
        found.extend(arm);
        Ok(self.end)
    }

    /// `<<subsource value { case> pattern => { … } default> => { … } }`
    fn subsource(&self, found: &mut Vec<Statement>, errors: &mut Errors) -> syn::Result<usize> {
        let head = hoist::hoist(self.head, found, errors)?;
        let none = || errors::block_without_value(self.word.span(), "subsource");
        let value =
            rust::expr(&head, none).map_err(|error| errors::inside_head(error, "subsource"))?;
        let (mut patterns, mut arms) = (Vec::new(), Vec::new());
        for case in cases(&self.inner(), self.word, errors)? {
            patterns.push(match &case.head {
                Some(head) if head.is_empty() => return Err(errors::case_without_head(case.span)),
                Some(head) => pattern::pattern(head, case.span).map_err(errors::inside_case)?,
                None => Pattern {
                    template: quote_spanned!(case.span=> _),
                    ascription: proc_macro2::TokenStream::new(),
                    binds: Vec::new(),
                },
            });
            arms.push(case.body);
        }
        let head = Head::Match { value, patterns };
        let block = Block { kind: BlockKind::Subsource, head, arms, merges: Vec::new() };
        found.push(self.statement(Kind::Block(block)));
        Ok(self.end)
    }

    /// `<<each items :> pattern { … }`
    fn each(&self, found: &mut Vec<Statement>, errors: &mut Errors) -> syn::Result<usize> {
        let Some(arrow) = tokens::arrows(self.head).first().copied() else {
            return Err(errors::each_form(self.word.span()));
        };
        let items = hoist::hoist(&self.head[..arrow], found, errors)?;
        let items = rust::expr(&items, || errors::each_form(self.word.span()))
            .map_err(|error| errors::inside_head(error, "each"))?;
        let pattern = pattern::pattern(&self.head[arrow + 2..], self.head[arrow].span())
            .map_err(|error| errors::inside_head(error, "each"))?;
        let body = block(&self.inner(), errors);
        found.push(self.statement(Kind::Each { items, pattern, body }));
        Ok(self.end)
    }
}

/// What runs where no case matches: nothing.
fn no_match(span: Span) -> Vec<Statement> {
    let condition = Expr::plain(quote_spanned!(span=> false));
    vec![Statement {
        text: "no case".into(),
        span,
        is_unaligned: false,
        kind: Kind::Filter { condition },
    }]
}

/// `*name == (a) || *name == (b)`
fn equal_to_one_of(name: &Ident, alternatives: Vec<Expr>) -> Expr {
    let mut all = Expr::variable(name.clone());
    all.form = crate::ast::Form::Other;
    let mut code = proc_macro2::TokenStream::new();
    for (number, alternative) in alternatives.into_iter().enumerate() {
        let value = &alternative.code;
        let span = value.clone().into_iter().next().map_or(name.span(), |token| token.span());
        if number > 0 {
            code.extend(quote_spanned!(span=> ||));
        }
        code.extend(quote_spanned!(span=> *#name == #value));
        all.uses.extend(alternative.uses);
        all.captures.extend(alternative.captures);
        all.in_macros.extend(alternative.in_macros);
        all.plain.extend(alternative.plain);
    }
    all.code = code;
    all
}

/// One `case> head => { … }`; without a head, `default> => { … }`.
struct Case {
    text: String,
    span: Span,
    head: Option<Vec<TokenTree>>,
    body: Vec<Statement>,
}

/// Reads the cases of a block.
fn cases(code: &[TokenTree], word: &Ident, errors: &mut Errors) -> syn::Result<Vec<Case>> {
    let mut found: Vec<Case> = Vec::new();
    let mut at = 0;
    while at < code.len() {
        if tokens::is_punct(code.get(at), ',') || tokens::is_punct(code.get(at), ';') {
            at += 1;
            continue;
        }
        let span = code[at].span();
        let case = tokens::is_ident(code.get(at), "case");
        let default = tokens::is_ident(code.get(at), "default");
        if !(case || default) || !tokens::is_punct(code.get(at + 1), '>') {
            return Err(errors::case_form(span, &word.to_string()));
        }
        if found.last().is_some_and(|case: &Case| case.head.is_none()) {
            return Err(errors::case_after_default(span));
        }
        let Some((arrow, body)) = case_body(code, at) else {
            return Err(errors::case_form(span, &word.to_string()));
        };
        let head = &code[at + 2..arrow];
        if let (true, Some(extra)) = (default, head.first()) {
            return Err(errors::default_takes_nothing(extra.span()));
        }
        found.push(Case {
            text: print::statement(&code[at..arrow]),
            span,
            head: case.then(|| head.to_vec()),
            body: block(&tokens::list(body.stream()), errors),
        });
        at = arrow + 3;
    }
    if found.is_empty() {
        return Err(errors::block_without_cases(word.span(), &word.to_string()));
    }
    Ok(found)
}

/// The arrow and the body of the case that begins at `at`.
pub(crate) fn case_body(code: &[TokenTree], at: usize) -> Option<(usize, &Group)> {
    let arrow = (at + 2..code.len()).find(|at| {
        tokens::is_joint(code.get(*at), '=') && tokens::is_punct(code.get(at + 1), '>')
    })?;
    Some((arrow, tokens::group(code.get(arrow + 2), Delimiter::Brace)?))
}

/// Reads a `loop<- […] { … }` and answers how many tokens it took.
fn looping(code: &[TokenTree], found: &mut Vec<Statement>, errors: &mut Errors) -> usize {
    let span = code[0].span();
    let header = tokens::group(code.get(3), Delimiter::Bracket);
    let body = tokens::group(code.get(4), Delimiter::Brace);
    let (Some(header), Some(body)) = (header, body) else {
        return failed(code, skip(code, 3), errors::loop_form(span), found, errors);
    };
    let before = found.len();
    match loop_header(header, span, found, errors) {
        Ok((vars, outputs)) => {
            let body = block(&tokens::list(body.stream()), errors);
            let kind = Kind::Loop(Loop { vars, outputs, body, number: 0, first: 0 });
            found.push(Statement {
                text: print::statement(&code[..4]),
                span,
                is_unaligned: false,
                kind,
            });
            5
        }
        Err(error) => {
            found.truncate(before);
            failed(code, 5, error, found, errors)
        }
    }
}

type LoopHeader = (Vec<(Pattern, Expr)>, Option<Pattern>);

/// `[*i = 0, *acc: Vec<i64> = vec![] :> *out]`
fn loop_header(
    header: &Group,
    span: Span,
    found: &mut Vec<Statement>,
    errors: &mut Errors,
) -> syn::Result<LoopHeader> {
    let code = tokens::list(header.stream());
    let arrow = tokens::arrows(&code).first().copied();
    let (left, outputs) = match arrow {
        Some(arrow) => {
            let outputs = &code[arrow + 2..];
            (&code[..arrow], Some(pattern::pattern(outputs, code[arrow].span())?))
        }
        None => (&code[..], None),
    };
    let mut vars = Vec::new();
    for piece in split_at_commas(left) {
        let equals = (0..piece.len()).find(|at| {
            tokens::is_punct(piece.get(*at), '=')
                && !tokens::is_joint(piece.get(*at), '=')
                && !tokens::is_joint(piece.get(at.wrapping_sub(1)), '=')
        });
        let Some(equals) = equals else {
            let blame = piece.first().map_or(span, TokenTree::span);
            return Err(errors::loop_variable(blame));
        };
        let pattern = pattern::pattern(&piece[..equals], piece[equals].span())?;
        let [bind] = pattern.binds.as_slice() else {
            return Err(errors::loop_variable(piece[0].span()));
        };
        if pattern.template.to_string() != bind.placeholder {
            return Err(errors::loop_variable(piece[0].span()));
        }
        let value = hoist::hoist(&piece[equals + 1..], found, errors)?;
        let value = rust::expr(&value, || errors::loop_variable(piece[equals].span()))
            .map_err(errors::inside_loop_header)?;
        vars.push((pattern, value));
    }
    Ok((vars, outputs))
}

/// As [`tokens::split_commas`], but commas between the angles of a type are part of it.
fn split_at_commas(code: &[TokenTree]) -> Vec<&[TokenTree]> {
    let mut pieces = Vec::new();
    let (mut start, mut depth, mut in_type) = (0, 0_usize, false);
    for (at, token) in code.iter().enumerate() {
        if tokens::is_punct(Some(token), ':') {
            in_type = true;
        } else if tokens::is_punct(Some(token), '=') {
            in_type = false;
        } else if in_type && tokens::is_punct(Some(token), '<') {
            depth += 1;
        } else if in_type && tokens::is_punct(Some(token), '>') {
            depth = depth.saturating_sub(1);
        } else if tokens::is_punct(Some(token), ',') && depth == 0 {
            pieces.push(&code[start..at]);
            start = at + 1;
        }
    }
    if start < code.len() {
        pieces.push(&code[start..]);
    }
    pieces
}

/// The body of a block: its first brace, not counting those of a `match` in the condition.
pub(crate) fn body(code: &[TokenTree], from: usize) -> Option<(&Group, usize)> {
    let mut inner = 0;
    for (at, token) in code.iter().enumerate().skip(from) {
        if tokens::is_punct(Some(token), ';') {
            return None;
        }
        if tokens::is_ident(Some(token), "match") || tokens::is_ident(Some(token), "unsafe") {
            inner += 1;
        }
        if let Some(group) = tokens::group(Some(token), Delimiter::Brace) {
            if inner == 0 {
                // `<<each *points :> Point { *x } { … }`
                let next = tokens::group(code.get(at + 1), Delimiter::Brace);
                return Some(next.map_or((group, at), |next| (next, at + 1)));
            }
            inner -= 1;
        }
    }
    None
}

fn otherwise(code: &[TokenTree], at: usize, errors: &mut Errors) -> (Vec<Statement>, usize) {
    let Some(word) = tokens::ident(code.get(at)).filter(|word| *word == "else") else {
        return (Vec::new(), at);
    };
    let next = code.get(at + 1);
    if let Some(group) = tokens::group(next, Delimiter::Brace) {
        return (block(&tokens::list(group.stream()), errors), at + 2);
    }
    if starts_block(&code[at + 1..]) {
        let mut found = Vec::new();
        let length = dataflow_block(&code[at + 1..], &mut found, errors);
        return (found, at + 1 + length);
    }
    if tokens::is_ident(next, "if") {
        errors.push(errors::else_if(next.map_or(word.span(), TokenTree::span)));
        let end = body(code, at + 2).map_or(code.len(), |(_, at)| at + 1);
        let (_, length) = otherwise(code, end, errors);
        return (Vec::new(), length);
    }
    errors.push(errors::block_without_body(word.span(), "if"));
    (Vec::new(), at + 1)
}
