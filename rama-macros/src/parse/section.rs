//! Source sections: the statements of `sources!`, cut before each `source>`.

use crate::ast::{Emit, Kind, Source, Statement};
use crate::errors::{self, Errors};
use proc_macro2::Ident;

pub(crate) fn sources(statements: Vec<Statement>, errors: &mut Errors) -> Vec<Source> {
    let mut found = Vec::new();
    let mut statements = statements.into_iter().peekable();
    let mut stray = false;
    while let Some(statement) = statements.next() {
        let Kind::Source { depot, batch } = statement.kind else {
            // A source that could not be read has its message already.
            if !stray && !matches!(statement.kind, Kind::Bad { .. }) {
                errors.push(errors::before_source(statement.span));
            }
            stray = true;
            continue;
        };
        let mut section = Vec::new();
        while let Some(next) = statements.next_if(|next| !matches!(next.kind, Kind::Source { .. }))
        {
            section.push(next);
        }
        stray = false;
        found.extend(source(depot, &batch, statement.span, section, errors));
    }
    found
}

fn source(
    depot: Ident,
    batch: &Ident,
    span: proc_macro2::Span,
    section: Vec<Statement>,
    errors: &mut Errors,
) -> Option<Source> {
    let mut section = section.into_iter();
    let emit = match section.next() {
        Some(Statement { text, kind: Kind::Emit { batch: taken, pattern }, .. }) => {
            if taken != *batch {
                errors.push(errors::unknown_batch(&taken, Some(batch)));
            }
            Some(Emit { text, batch: taken, pattern })
        }
        // What could not be read has its message already.
        Some(Statement { kind: Kind::Bad { .. }, .. }) => None,
        _ => {
            errors.push(errors::source_without_emit(span, batch));
            None
        }
    };
    let body: Vec<Statement> = section.collect();
    check(&body, batch, false, errors);
    Some(Source { depot, emit: emit?, body, vars: Vec::new() })
}

/// Sources and their records stand at the head of a section, nowhere else.
fn check(body: &[Statement], batch: &Ident, inside: bool, errors: &mut Errors) {
    for statement in body {
        match &statement.kind {
            Kind::Emit { batch: taken, .. } if taken == batch => {
                errors.push(errors::emit_not_first(taken))
            }
            Kind::Emit { batch: taken, .. } => {
                errors.push(errors::unknown_batch(taken, Some(batch)))
            }
            Kind::Source { .. } if inside => errors.push(errors::source_inside(statement.span)),
            Kind::If(block) => {
                for arm in block.arms() {
                    check(arm, batch, true, errors);
                }
            }
            _ => {}
        }
    }
}
