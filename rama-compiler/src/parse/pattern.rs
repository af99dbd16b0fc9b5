//! What stands after `:>`: Rust patterns whose `*x` leaves bind.

use super::rust::pattern_names;
use super::sigils::Sigils;
use crate::ast::{Binding, OperationType, Pattern};
use crate::{errors, tokens};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{Member, Pat, Result, Token, Type};

/// Parses `pattern`, `pattern: Type` or several of them, which stand for a tuple.
pub(crate) fn pattern(code: &[TokenTree], arrow: Span) -> Result<Pattern> {
    if code.is_empty() {
        return Err(errors::arrow_without_pattern(arrow));
    }
    if let Some(word) = keyword(code) {
        return Err(errors::keyword_as_name(word));
    }
    let mut sigils = Sigils::of_pattern();
    let marked = sigils.mark(code);
    let mut ended = false;
    let parsed = (|input: ParseStream| {
        let parsed = elements(input, &sigils, code);
        ended = input.is_empty();
        parsed
    })
    .parse2(marked);
    let elements = parsed.map_err(|error| errors::rust(error, tokens::last_span(code), ended))?;
    for (pattern, _) in &elements {
        check(pattern, &sigils)?;
    }
    let shorthands: Vec<String> =
        elements.iter().flat_map(|(pattern, _)| shorthands(pattern)).collect();
    let mut binds: Vec<Binding> = Vec::new();
    for name in elements.iter().flat_map(|(pattern, _)| pattern_names(pattern)) {
        if let Some(variable) = sigils.name(&name) {
            let placeholder = name.to_string();
            let mut bind = Binding::new(placeholder, variable.clone());
            bind.shorthand = shorthands.contains(&bind.placeholder);
            if sigils.get(&name).is_some_and(|mark| mark.operation) {
                bind.operation = Some(operation(&name, &elements, variable)?);
            }
            binds.push(bind);
        }
    }
    let first = code.first().map_or(arrow, TokenTree::span);
    let (template, ascription) = template(&elements, &sigils, &shorthands, first);
    Ok(Pattern { template, ascription, binds })
}

/// What `%f` is, as its type says.
fn operation(
    placeholder: &Ident,
    elements: &[(Pat, Option<Type>)],
    name: &Ident,
) -> Result<OperationType> {
    let ty = elements.iter().find_map(|(pattern, ty)| match pattern {
        Pat::Ident(leaf) if leaf.ident == *placeholder => ty.as_ref(),
        _ => None,
    });
    ty.and_then(operation_type).ok_or_else(|| errors::operation_without_type(name))
}

/// What kind of operation a type is, by its name.
pub(crate) fn operation_type(ty: &Type) -> Option<OperationType> {
    let Type::Path(path) = ty else { return None };
    match path.path.segments.last()?.ident.to_string().as_str() {
        "Fun" => Some(OperationType::Function),
        "Op" => Some(OperationType::Operation),
        _ => None,
    }
}

fn elements(
    input: ParseStream,
    sigils: &Sigils,
    code: &[TokenTree],
) -> Result<Vec<(Pat, Option<Type>)>> {
    let mut found = Vec::new();
    loop {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let mut ty = None;
        if input.peek(Token![:]) && !second_arrow(input) && !input.peek(Token![::]) {
            input.parse::<Token![:]>()?;
            ty = Some(input.parse::<Type>()?);
        }
        found.push((pattern, ty));
        if input.is_empty() {
            return Ok(found);
        }
        if second_arrow(input) {
            return Err(errors::two_arrows(input.span()));
        }
        if !input.peek(Token![,]) {
            return Err(leftover(input, sigils, code));
        }
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            return Ok(found);
        }
    }
}

/// A word of Rust where the name of a variable should stand.
fn keyword(code: &[TokenTree]) -> Option<Ident> {
    code.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Group(group) => keyword(&tokens::list(group.stream())),
        token if tokens::is_punct(Some(token), '*') => {
            let word = tokens::ident(code.get(at + 1))?;
            tokens::is_reserved(&word.to_string()).then(|| word.clone())
        }
        _ => None,
    })
}

fn second_arrow(input: ParseStream) -> bool {
    input.peek(Token![:]) && input.peek2(Token![>])
}

/// The first variable whose name is written with `-`, and the name with `_`.
fn kebab(code: &[TokenTree]) -> Option<(Ident, String)> {
    (0..code.len()).find_map(|at| {
        let name = tokens::ident(code.get(at + 1))?;
        let starred = tokens::is_punct(code.get(at), '*');
        Some((name.clone(), tokens::kebab(&code[at + 1..]).filter(|_| starred)?))
    })
}

/// A complete pattern is followed by something: the statement was not ended.
fn leftover(input: ParseStream, sigils: &Sigils, code: &[TokenTree]) -> syn::Error {
    let Some((token, rest)) = input.cursor().token_tree() else {
        return input.error("unexpected end");
    };
    if let Some((name, joined)) = kebab(code) {
        return errors::kebab_name(&name, &joined);
    }
    let mut text = sigils.text(&token);
    if let (TokenTree::Punct(_), Some((TokenTree::Ident(next), _))) = (&token, rest.token_tree()) {
        text.push_str(&next.to_string());
    }
    errors::missing_semicolon(token.span(), &text)
}

/// A leaf that is neither `*x` nor a constant binds nothing that a dataflow could see.
fn check(pattern: &Pat, sigils: &Sigils) -> Result<()> {
    match pattern_names(pattern)
        .iter()
        .find(|name| sigils.name(name).is_none() && tokens::is_value_name(&name.to_string()))
    {
        Some(plain) => Err(errors::plain_pattern(plain)),
        None => Ok(()),
    }
}

/// The pattern with its placeholders, and its type; the tuple that several make is at `first`.
fn template(
    elements: &[(Pat, Option<Type>)],
    sigils: &Sigils,
    shorthands: &[String],
    first: Span,
) -> (TokenStream, TokenStream) {
    let patterns = elements.iter().map(|(pattern, _)| {
        tokens::replace_idents(pattern.to_token_stream(), &mut |ident, _| {
            let name = sigils.name(ident)?;
            Some(if shorthands.contains(&ident.to_string()) {
                quote!(#name: #ident)
            } else {
                quote!(#ident)
            })
        })
    });
    let tuple = elements.len() > 1;
    let types = elements.iter().map(|(_, ty)| match ty {
        Some(ty) => quote!(#ty),
        None => quote!(_),
    });
    let ascription = match (elements.iter().any(|(_, ty)| ty.is_some()), tuple) {
        (false, _) => TokenStream::new(),
        (true, true) => quote!(: (#(#types),*)),
        (true, false) => quote!(: #(#types)*),
    };
    if tuple {
        (quote_spanned!(first=> (#(#patterns),*)), ascription)
    } else {
        (quote!(#(#patterns)*), ascription)
    }
}

/// The placeholders that stand for both a field and the variable: `Transfer { *amt }`.
fn shorthands(pattern: &Pat) -> Vec<String> {
    struct Fields(Vec<String>);
    impl<'ast> Visit<'ast> for Fields {
        fn visit_field_pat(&mut self, field: &'ast syn::FieldPat) {
            if let (None, Member::Named(name)) = (&field.colon_token, &field.member) {
                self.0.push(name.to_string());
            }
            visit::visit_field_pat(self, field);
        }
    }
    let mut fields = Fields(Vec::new());
    fields.visit_pat(pattern);
    fields.0
}

/// The variables that a statement seems to bind which could not be parsed:
/// they count as bound, so that one mistake does not become many.
pub(crate) fn salvage(code: &[TokenTree]) -> Vec<Binding> {
    let mut found = Vec::new();
    for (at, token) in code.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            found.extend(salvage(&tokens::list(group.stream())));
        }
        if let (true, Some(name)) =
            (tokens::is_punct(Some(token), '*'), tokens::ident(code.get(at + 1)))
            && tokens::is_value_name(&name.to_string())
        {
            found.push(Binding::new(String::new(), name.clone()));
            if let Some(joined) = tokens::kebab(&code[at + 1..]) {
                found.push(Binding::new(String::new(), Ident::new(&joined, name.span())));
            }
        }
    }
    found
}
