//! Parts of collections: which they are, and what becomes of the whole when they are written.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{self, Args};
use crate::model::Model;
use crate::path::{Arg, Nav, Range, Step};
use crate::ty::Type;

/// The entries of a map.
pub(crate) fn map(of: Option<&Model>) -> BTreeMap<Model, Model> {
    match of {
        None => BTreeMap::new(),
        Some(Model::Map(entries)) => entries.clone(),
        Some(other) => panic!("no map: {other:?}"),
    }
}

/// The elements of a set.
pub(crate) fn set(of: Option<&Model>) -> BTreeSet<Model> {
    match of {
        None => BTreeSet::new(),
        Some(Model::Set(items)) => items.clone(),
        Some(other) => panic!("no set: {other:?}"),
    }
}

/// The elements of a list, the characters of a text.
pub(crate) fn list(of: Option<&Model>) -> Vec<Model> {
    match of {
        None => Vec::new(),
        Some(Model::List(items)) => items.clone(),
        Some(Model::Str(text)) => text.chars().map(Model::Char).collect(),
        Some(other) => panic!("no list: {other:?}"),
    }
}

/// The fields that are there.
pub(crate) fn fields(of: Option<&Model>) -> BTreeMap<usize, Model> {
    match of {
        None => BTreeMap::new(),
        Some(Model::Fixed(fields)) => fields.clone(),
        Some(other) => panic!("no fields: {other:?}"),
    }
}

/// A list of a type.
pub(crate) fn list_of(ty: &Type, items: Vec<Model>) -> Model {
    if *ty != Type::Str {
        return Model::List(items);
    }
    let char_of = |item| match item {
        Model::Char(c) => c,
        other => panic!("no character: {other:?}"),
    };
    Model::Str(items.into_iter().map(char_of).collect())
}

/// An index or a number of elements.
pub(crate) fn number(args: &Args, at: Arg) -> usize {
    args.v(at)
}

fn several(args: &Args, at: Arg) -> BTreeSet<Model> {
    list(Some(&args.0[at])).into_iter().collect()
}

/// The keys of a range, of some that are in order.
fn keys_within(range: &Range, keys: Vec<Model>, args: &Args) -> BTreeSet<Model> {
    let key = |at: &Arg| &args.0[*at];
    let is_behind = |of: &Model, start: &Arg, excluded: bool| {
        of > key(start) || (of == key(start) && !excluded)
    };
    let is_before =
        |of: &Model, end: &Arg, included: bool| of < key(end) || (of == key(end) && included);
    let first = |keys: Vec<Model>, most: usize| keys.into_iter().take(most).collect::<Vec<_>>();
    let last = |keys: Vec<Model>, most: usize| {
        let skipped = keys.len().saturating_sub(most);
        keys.into_iter().skip(skipped).collect::<Vec<_>>()
    };
    let found: Vec<Model> = match range {
        Range::Between(start, end, options) => {
            let (excluded, included) = options.unwrap_or((false, false));
            let is_within =
                |of: &Model| is_behind(of, start, excluded) && is_before(of, end, included);
            keys.into_iter().filter(is_within).collect()
        }
        Range::From(start, options) => {
            let (excluded, most) = options.unwrap_or((false, None));
            let keys = keys.into_iter().filter(|of| is_behind(of, start, excluded)).collect();
            first(keys, most.map_or(usize::MAX, |most| number(args, most)))
        }
        Range::To(end, options) => {
            let (included, most) = options.unwrap_or((false, None));
            let keys = keys.into_iter().filter(|of| is_before(of, end, included)).collect();
            last(keys, most.map_or(usize::MAX, |most| number(args, most)))
        }
        Range::FromStart(most) => first(keys, number(args, *most)),
        Range::ToEnd(most) => last(keys, number(args, *most)),
    };
    found.into_iter().collect()
}

/// A part of a collection, and what is left beside it.
pub(crate) struct Part {
    pub(crate) part: Model,
    rest: Rest,
}

enum Rest {
    Map(BTreeMap<Model, Model>),
    Set(BTreeSet<Model>),
    List { before: Vec<Model>, behind: Vec<Model> },
}

impl Part {
    fn of_keys(ty: &Type, whole: Option<&Model>, keys: &BTreeSet<Model>) -> Self {
        if ty.as_map().is_some() {
            let (part, rest) = map(whole).into_iter().partition(|(key, _)| keys.contains(key));
            Self { part: Model::Map(part), rest: Rest::Map(rest) }
        } else {
            let (part, rest) = set(whole).into_iter().partition(|item| keys.contains(item));
            Self { part: Model::Set(part), rest: Rest::Set(rest) }
        }
    }

    fn of_list(ty: &Type, whole: Option<&Model>, start: usize, end: usize) -> Self {
        let mut before = list(whole);
        let end = end.min(before.len());
        let start = start.min(end);
        let behind = before.split_off(end);
        let part = before.split_off(start);
        Self { part: list_of(ty, part), rest: Rest::List { before, behind } }
    }

    /// The part that a navigator leads to; none if it is not one of those that lead to parts.
    pub(crate) fn of(step: &Step, whole: Option<&Model>, args: &Args) -> Option<Self> {
        let ty = &step.from;
        Some(match &step.nav {
            Nav::Subset(keys) | Nav::SubMap(keys) => {
                Self::of_keys(ty, whole, &several(args, *keys))
            }
            Nav::SortedRange(range) => {
                let keys = if ty.as_map().is_some() {
                    map(whole).into_keys().collect()
                } else {
                    set(whole).into_iter().collect()
                };
                Self::of_keys(ty, whole, &keys_within(range, keys, args))
            }
            Nav::Beginning => Self::of_list(ty, whole, 0, 0),
            Nav::End => Self::of_list(ty, whole, usize::MAX, usize::MAX),
            Nav::Sublist(start, end) => {
                Self::of_list(ty, whole, number(args, *start), number(args, *end))
            }
            _ => return None,
        })
    }

    /// The whole, with something else in the place of the part.
    pub(crate) fn put(self, ty: &Type, part: Option<Model>) -> Model {
        let part = part.unwrap_or_else(|| data::empty(ty));
        match self.rest {
            Rest::Map(mut rest) => {
                rest.extend(map(Some(&part)));
                Model::Map(rest)
            }
            Rest::Set(mut rest) => {
                rest.extend(set(Some(&part)));
                Model::Set(rest)
            }
            Rest::List { mut before, behind } => {
                before.extend(list(Some(&part)));
                before.extend(behind);
                list_of(ty, before)
            }
        }
    }
}

/// The longest runs of elements that pass: where they start and end.
pub(crate) fn runs(items: &[Model], passes: impl Fn(&Model) -> bool) -> Vec<(usize, usize)> {
    let (mut runs, mut start) = (Vec::new(), None);
    for (at, item) in items.iter().enumerate() {
        match (passes(item), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                runs.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|from| (from, items.len())));
    runs
}

/// A list in which the elements at some places have become others.
pub(crate) fn filtered(items: Vec<Model>, places: &[usize], new: Vec<Model>) -> Vec<Model> {
    let mut new = new.into_iter();
    let (mut all, last) = (Vec::new(), places.last().copied());
    for (at, item) in items.into_iter().enumerate() {
        if places.contains(&at) {
            all.extend(new.next());
        } else {
            all.push(item);
        }
        if last == Some(at) {
            all.extend(new.by_ref());
        }
    }
    all.extend(new);
    all
}
