//! What navigators lead to.

use super::part::{Part, fields, list, list_of, map, number, runs, set};
use super::{Fault, Halt, Visit, with_collected, write};
use crate::data::{self, Args};
use crate::model::{Model, Modeled};
use crate::path::{Comparison, Nav, Selection, Step};

/// What is done at a place: with the collected values, and what is there.
pub(crate) type Found<'a> = &'a mut dyn FnMut(&[Model], Option<Model>) -> Visit;

/// Hands every place that some navigators lead to to `f`.
#[allow(clippy::too_many_lines, reason = "one arm for each")]
pub(crate) fn read(
    steps: &[Step],
    place: Option<Model>,
    collected: &[Model],
    args: &Args,
    f: Found<'_>,
) -> Visit {
    let Some((step, rest)) = steps.split_first() else { return f(collected, place) };
    if let Some(last) = steps.iter().rposition(|step| step.nav == Nav::One) {
        return read_one(steps, last, place, collected, args, f);
    }
    if let Nav::Collect(_) | Nav::CollectOne(_) | Nav::PutCollected(..) | Nav::Dispense = step.nav {
        let collected = collect(&step.nav, place.as_ref(), collected, args)?;
        return read(rest, place, &collected, args, f);
    }
    let mut go_on = |place| read(rest, place, collected, args, f);
    if let Some(found) = Part::of(step, place.as_ref(), args) {
        return go_on(Some(found.part));
    }
    let there = place.as_ref();
    match &step.nav {
        Nav::Key(at) => go_on(map(there).remove(&args.0[*at])),
        Nav::Must(at) => each(map(there).remove(&args.0[*at]), go_on),
        Nav::Field(at) => go_on(fields(there).remove(at)),
        Nav::Nth(at) => each(list(there).into_iter().nth(number(args, *at)), go_on),
        Nav::First => each(list(there).into_iter().next(), go_on),
        Nav::Last => each(list(there).pop(), go_on),
        Nav::All => each(all(there), go_on),
        Nav::MapVals => each(map(there).into_values(), go_on),
        Nav::MapKeys => each(map(there).into_keys(), go_on),
        Nav::MapKey(at) => {
            let key = &args.0[*at];
            each(map(there).contains_key(key).then(|| key.clone()), go_on)
        }
        Nav::SetElem(at) => {
            let item = &args.0[*at];
            each(set(there).contains(item).then(|| item.clone()), go_on)
        }
        Nav::NoneElem | Nav::BeforeElem | Nav::AfterElem | Nav::BeforeIndex(_) | Nav::Stop => {
            Ok(())
        }
        Nav::IndexedVals => {
            let pairs = list(there).into_iter().enumerate();
            each(pairs.map(|(at, item)| Model::Tuple(vec![at.model(), item])), go_on)
        }
        Nav::Index(at) => {
            let at = number(args, *at);
            each((at < list(there).len()).then(|| at.model()), go_on)
        }
        Nav::ContinuousSubseqs(salt) => {
            let (items, salt) = (list(there), args.v(*salt));
            let runs = runs(&items, |item| data::passes(item, salt)).into_iter();
            each(runs.map(|(from, to)| list_of(&step.from, items[from..to].to_vec())), go_on)
        }
        Nav::FilteredList(sub) => {
            let (_, items) = matching(sub, &list(there), args)?;
            go_on(Some(list_of(&step.from, items)))
        }
        Nav::FilterPred(_) | Nav::Filter(..) => {
            if passes(&step.nav, there, args) {
                go_on(place)
            } else {
                Ok(())
            }
        }
        Nav::FilterSelected(sub) => {
            if leads_anywhere(sub, there, args)? {
                go_on(place)
            } else {
                Ok(())
            }
        }
        Nav::FilterNotSelected(sub) => {
            if leads_anywhere(sub, there, args)? {
                Ok(())
            } else {
                go_on(place)
            }
        }
        Nav::View(salt) => {
            each(there.map(|value| data::number(value, args.v(*salt)).model()), go_on)
        }
        Nav::ViewList(salt) => {
            each(there.map(|value| data::numbers(value, args.v(*salt)).model()), go_on)
        }
        Nav::Transformed(path) => {
            let Some(value) = place else { return Ok(()) };
            let top = write::transform(path, Some(value.clone()), args).map_err(Halt::Fault)?;
            go_on(match top {
                // A value is never without one.
                write::Top::Kept | write::Top::Holds(None) => Some(value),
                write::Top::Holds(new) => new,
            })
        }
        Nav::IfPath(condition, then, otherwise) => {
            let holds = leads_anywhere(condition, there, args)?;
            let path = if holds { Some(then) } else { otherwise.as_ref() };
            path.map_or(Ok(()), |path| read(path, place, &[], args, &mut |_, place| go_on(place)))
        }
        Nav::CondPath(cases) => {
            for (condition, then) in cases {
                if leads_anywhere(condition, there, args)? {
                    return read(then, place, &[], args, &mut |_, place| go_on(place));
                }
            }
            Ok(())
        }
        Nav::MultiPath(branches) => branches.iter().try_for_each(|path| {
            read(path, place.clone(), &[], args, &mut |_, place| go_on(place))
        }),
        Nav::ContinueThenStay(path) => {
            read(path, place.clone(), &[], args, &mut |_, place| go_on(place))?;
            go_on(place)
        }
        Nav::StayThenContinue(path) => {
            go_on(place.clone())?;
            read(path, place, &[], args, &mut |_, place| go_on(place))
        }
        Nav::Stay => go_on(place),
        Nav::IsCollected(salt) => {
            let all = Model::Tuple(collected.to_vec());
            if data::passes(&all, args.v(*salt)) { go_on(place) } else { Ok(()) }
        }
        Nav::Subselect(sub) => go_on(Some(Model::List(values(sub, there, args)?))),
        Nav::NilToVal(at) => go_on(place.or_else(|| Some(args.0[*at].clone()))),
        Nav::NilToDefault => go_on(place.or_else(|| Some(data::default(&step.from)))),
        Nav::Count => go_on(Some(all(there).len().model())),
        other => unreachable!("handled before: {other:?}"),
    }
}

fn read_one(
    steps: &[Step],
    last: usize,
    place: Option<Model>,
    collected: &[Model],
    args: &Args,
    f: Found<'_>,
) -> Visit {
    let mut found = 0;
    read(&steps[..last], place, collected, args, &mut |collected, place| {
        found += 1;
        if found > 1 {
            return Ok(());
        }
        read(&steps[last + 1..], place, collected, args, f)
    })?;
    if found == 1 { Ok(()) } else { Err(Halt::Fault(Fault::NotOne { found })) }
}

fn each(
    values: impl IntoIterator<Item = Model>,
    mut go_on: impl FnMut(Option<Model>) -> Visit,
) -> Visit {
    values.into_iter().try_for_each(|value| go_on(Some(value)))
}

/// The elements of a collection.
fn all(there: Option<&Model>) -> Vec<Model> {
    match there {
        Some(Model::Map(entries)) => entries
            .iter()
            .map(|(key, value)| Model::Tuple(vec![key.clone(), value.clone()]))
            .collect(),
        Some(Model::Set(items)) => items.iter().cloned().collect(),
        _ => list(there),
    }
}

/// Whether a filter of values lets a value pass.
pub(crate) fn passes(nav: &Nav, there: Option<&Model>, args: &Args) -> bool {
    let Some(value) = there else { return false };
    match nav {
        Nav::FilterPred(salt) => data::passes(value, args.v(*salt)),
        Nav::Filter(comparison, at) => {
            let other = &args.0[*at];
            match comparison {
                Comparison::Equal => value == other,
                Comparison::NotEqual => value != other,
                Comparison::LessThan => value < other,
                Comparison::LessThanOrEqual => value <= other,
                Comparison::GreaterThan => value > other,
                Comparison::GreaterThanOrEqual => value >= other,
            }
        }
        other => unreachable!("no filter of values: {other:?}"),
    }
}

/// Whether a path leads anywhere: nobody looks further than to the first place.
pub(crate) fn leads_anywhere(
    sub: &[Step],
    there: Option<&Model>,
    args: &Args,
) -> Result<bool, Halt> {
    match read(sub, there.cloned(), &[], args, &mut |_, _| Err(Halt::Enough)) {
        Ok(()) => Ok(false),
        Err(Halt::Enough) => Ok(true),
        Err(fault) => Err(fault),
    }
}

/// The elements from which a path leads anywhere, and where they are.
pub(crate) fn matching(
    sub: &[Step],
    items: &[Model],
    args: &Args,
) -> Result<(Vec<usize>, Vec<Model>), Halt> {
    let (mut places, mut found) = (Vec::new(), Vec::new());
    for (at, item) in items.iter().enumerate() {
        if leads_anywhere(sub, Some(item), args)? {
            places.push(at);
            found.push(item.clone());
        }
    }
    Ok((places, found))
}

/// The values that a path leads to.
pub(crate) fn values(sub: &[Step], there: Option<&Model>, args: &Args) -> Result<Vec<Model>, Halt> {
    let mut found = Vec::new();
    read(sub, there.cloned(), &[], args, &mut |_, value| {
        found.extend(value);
        Ok(())
    })?;
    Ok(found)
}

/// The values collected behind a navigator that collects.
pub(crate) fn collect(
    nav: &Nav,
    there: Option<&Model>,
    before: &[Model],
    args: &Args,
) -> Result<Vec<Model>, Halt> {
    let mut all = before.to_vec();
    match nav {
        Nav::Dispense => all.clear(),
        Nav::PutCollected(at, _) => all.push(args.0[*at].clone()),
        Nav::Collect(sub) => all.push(Model::List(selected(sub, there, args)?)),
        Nav::CollectOne(sub) => {
            let mut found = selected(sub, there, args)?;
            let count = found.len();
            match found.pop() {
                Some(value) if count == 1 => all.push(value),
                _ => return Err(Halt::Fault(Fault::CollectOne { found: count })),
            }
        }
        other => unreachable!("collects nothing: {other:?}"),
    }
    Ok(all)
}

/// What a path selects from a place, for its collector.
fn selected(sub: &Selection, there: Option<&Model>, args: &Args) -> Result<Vec<Model>, Halt> {
    let mut found = Vec::new();
    read(&sub.steps, there.cloned(), &[], args, &mut |collected, value| {
        let value = if sub.is_maybe { Some(Model::Opt(value.map(Box::new))) } else { value };
        found.extend(value.map(|value| with_collected(collected, value)));
        Ok(())
    })?;
    Ok(found)
}
