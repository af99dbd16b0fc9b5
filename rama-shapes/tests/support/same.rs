//! What counts as the same in the library and in the model.

use rama_shapes::data;
use rama_shapes::interpret::{Fault, Selected, Top};
use rama_shapes::model::Model;
use rama_shapes::path::{Read, Transform};
use rama_shapes::ty::Type;

/// What is at the top.
pub type Content = Option<Model>;

/// Whether the top has a row of its own, and can be absent.
fn has_row(schema: &Type) -> bool {
    schema.is_value() || matches!(schema, Type::PVec(_))
}

/// What is at the top of a partition that nobody has written.
pub fn nothing(schema: &Type) -> Content {
    (!has_row(schema)).then(|| data::empty(schema))
}

/// How many rows a content takes: one for each element, and for what has one at the top.
pub fn row_count(schema: &Type, content: Option<&Model>) -> usize {
    fn below(ty: &Type, content: &Model) -> usize {
        match (ty, content) {
            (Type::PMap(_, of) | Type::UntrackedMap(_, of), Model::Map(entries)) => {
                entries.values().map(|value| 1 + below(of, value)).sum()
            }
            (Type::PSet(_) | Type::UntrackedSet(_), Model::Set(items)) => items.len(),
            (Type::PVec(of), Model::List(items)) => {
                items.iter().map(|item| 1 + below(of, item)).sum()
            }
            (Type::Fixed(_, of), Model::Fixed(fields)) => {
                fields.iter().map(|(at, field)| 1 + below(&of[*at], field)).sum()
            }
            _ => 0,
        }
    }
    content.map_or(0, |content| usize::from(has_row(schema)) + below(schema, content))
}

pub fn same_rows(found: usize, expected: usize, place: &str) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{found} rows {place}, expected {expected}"))
    }
}

/// A structure that is a field, or a list at the top, cannot be told from an empty one by paths.
fn filled(schema: &Type, content: Content) -> Content {
    let content = match content {
        None if !schema.is_value() => data::empty(schema),
        content => content?,
    };
    Some(match (schema, content) {
        (Type::PMap(_, of) | Type::UntrackedMap(_, of), Model::Map(entries)) => Model::Map(
            entries
                .into_iter()
                .filter_map(|(key, value)| Some((key, filled(of, Some(value))?)))
                .collect(),
        ),
        (Type::PVec(of), Model::List(items)) => {
            Model::List(items.into_iter().filter_map(|item| filled(of, Some(item))).collect())
        }
        (Type::Fixed(_, of), Model::Fixed(mut fields)) => Model::Fixed(
            of.iter()
                .enumerate()
                .filter_map(|(at, of)| Some((at, filled(of, fields.remove(&at))?)))
                .collect(),
        ),
        (_, content) => content,
    })
}

pub fn same_content(schema: &Type, found: Content, expected: &Content) -> Result<(), String> {
    let expected = filled(schema, expected.clone());
    if found == expected { Ok(()) } else { Err(format!("holds {found:?}, expected {expected:?}")) }
}

/// Where there is no order, another error may come first.
fn are_alike<T, U>(unordered: bool, found: &Result<T, Fault>, expected: &Result<U, Fault>) -> bool {
    match (found, expected) {
        (Ok(_), Ok(_)) => true,
        (Err(found), Err(expected)) => unordered || found == expected,
        _ => false,
    }
}

/// Whether a write has ended as it should.
pub fn same_outcome(
    transform: &Transform,
    done: &Result<(), Fault>,
    expected: &Result<Top, Fault>,
) -> Result<(), String> {
    if are_alike(transform.is_unordered, done, expected) {
        Ok(())
    } else {
        Err(format!("ended with {done:?}, expected {expected:?}"))
    }
}

/// Whether all was selected that should be.
pub fn same_found(read: &Read, found: Selected, expected: Selected) -> Result<(), String> {
    let sorted = |all: Selected| {
        all.map(|mut all| {
            if read.is_unordered {
                all.sort();
            }
            all
        })
    };
    let (found, expected) = (sorted(found), sorted(expected));
    let same = match (&found, &expected) {
        (Ok(found), Ok(expected)) => found == expected,
        _ => are_alike(read.is_unordered, &found, &expected),
    };
    if same { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}")) }
}

/// Whether the one was selected that should be, if one was asked for.
pub fn same_one(
    read: &Read,
    found: Option<Result<Model, Fault>>,
    expected: &Selected,
) -> Result<(), String> {
    let expected = expected.clone().and_then(|all| match &all[..] {
        [one] => Ok(one.clone()),
        _ => Err(Fault::NotOne { found: all.len() }),
    });
    match found {
        Some(found) if found != expected && !read.is_unordered => {
            Err(format!("the one: found {found:?}, expected {expected:?}"))
        }
        _ => Ok(()),
    }
}
