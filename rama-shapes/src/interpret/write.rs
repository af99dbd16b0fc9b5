//! What navigators write.

use std::collections::{BTreeMap, BTreeSet};

use super::part::{Part, fields, filtered, list, list_of, map, number, runs, set};
use super::read::{collect, leads_anywhere, matching, passes, values};
use super::{Fault, Halt, with_collected};
use crate::data::{self, Args};
use crate::model::{Model, Modeled};
use crate::path::{End, Nav, Step, Write};
use crate::ty::Type;

/// What has become of the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Top {
    /// It is as it was.
    Kept,
    /// It holds this, or nothing.
    Holds(Option<Model>),
}

/// A place that is written.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    stored: Option<Model>,
    /// What stands for what is absent.
    default: Option<Model>,
}

impl Place {
    fn of(stored: Option<Model>) -> Self {
        Self { stored, default: None }
    }

    /// What is seen there.
    fn value(&self) -> Option<&Model> {
        self.stored.as_ref().or(self.default.as_ref())
    }
}

/// What has become of a place.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    Kept,
    Put(Model),
    Removed,
}

type Written = Result<Fate, Fault>;

/// What is done at a place, with the collected values.
type Then<'a> = &'a mut dyn FnMut(&[Model], Place) -> Written;

/// Writes where `stored` is at the top.
pub(crate) fn transform(path: &Write, stored: Option<Model>, args: &Args) -> Result<Top, Fault> {
    Ok(match run(path, Place::of(stored), args)? {
        Fate::Kept => Top::Kept,
        Fate::Put(value) => Top::Holds(Some(value)),
        Fate::Removed => Top::Holds(None),
    })
}

fn run(path: &Write, place: Place, args: &Args) -> Written {
    write(&path.steps, place, &[], args, &mut |collected, place| match &path.end {
        End::None => Ok(Fate::Removed),
        End::Clear => Ok(if path.at.is_value() || matches!(path.at, Type::PVec(_)) {
            Fate::Removed
        } else {
            Fate::Put(data::empty(&path.at))
        }),
        End::Termval(at) => Ok(Fate::Put(args.0[*at].clone())),
        End::Term(salt, has_collected) => {
            let value = place.value().cloned().ok_or(Fault::Absent)?;
            let input = with_collected(collected, value);
            Ok(Fate::Put(data::altered(&path.at, &input, *has_collected, args.v(*salt))))
        }
        End::Update(salt) => {
            let value = place.value().ok_or(Fault::Absent)?;
            Ok(Fate::Put(data::altered(&path.at, value, false, args.v(*salt))))
        }
        End::MultiTransform(writes) => {
            in_turn(place, writes.iter(), |path, place| run(path, place, args))
        }
    })
}

/// Writes a place several times, each after the others.
fn in_turn<T>(
    place: Place,
    writes: impl Iterator<Item = T>,
    mut one: impl FnMut(T, Place) -> Written,
) -> Written {
    let (mut now, mut fate) = (place, Fate::Kept);
    for write in writes {
        match one(write, now.clone())? {
            Fate::Kept => {}
            Fate::Put(value) => {
                now.stored = Some(value.clone());
                fate = Fate::Put(value);
            }
            Fate::Removed => {
                now.stored = None;
                fate = Fate::Removed;
            }
        }
    }
    Ok(fate)
}

fn fault(halt: Halt) -> Fault {
    match halt {
        Halt::Fault(fault) => fault,
        Halt::Enough => unreachable!("nobody has had enough"),
    }
}

/// Writes every place that some navigators lead to through `f`.
#[allow(clippy::too_many_lines, reason = "one arm for each")]
pub(crate) fn write(
    steps: &[Step],
    place: Place,
    collected: &[Model],
    args: &Args,
    f: Then<'_>,
) -> Written {
    if let Some(last) = steps.iter().rposition(|step| step.nav == Nav::One) {
        return write_one(steps, last, place, collected, args, f);
    }
    let Some((step, rest)) = steps.split_first() else { return f(collected, place) };
    if let Nav::Collect(_) | Nav::CollectOne(_) | Nav::PutCollected(..) | Nav::Dispense = step.nav {
        let collected = collect(&step.nav, place.value(), collected, args).map_err(fault)?;
        return write(rest, place, &collected, args, f);
    }
    let ty = &step.from;
    let mut go_on = |place: Place| write(rest, place, collected, args, f);
    if let Some(part) = Part::of(step, place.value(), args) {
        return Ok(match go_on(Place::of(Some(part.part.clone())))? {
            Fate::Kept => Fate::Kept,
            // A stored structure is made when something is put into it.
            Fate::Put(new) if !ty.is_value() && place.value().is_none() && is_empty(&new) => {
                Fate::Kept
            }
            Fate::Put(new) => Fate::Put(part.put(ty, Some(new))),
            // What is absent stays so.
            Fate::Removed if place.value().is_none() => Fate::Kept,
            Fate::Removed => Fate::Put(part.put(ty, None)),
        });
    }
    match &step.nav {
        Nav::Key(at) => in_map(&args.0[*at], &place, go_on),
        Nav::Must(at) => {
            if map(place.value()).contains_key(&args.0[*at]) {
                in_map(&args.0[*at], &place, go_on)
            } else {
                Ok(Fate::Kept)
            }
        }
        Nav::Field(at) => {
            let mut all = fields(place.value());
            Ok(match go_on(Place::of(all.get(at).cloned()))? {
                Fate::Put(value) => {
                    all.insert(*at, value);
                    Fate::Put(Model::Fixed(all))
                }
                Fate::Removed if all.remove(at).is_some() => Fate::Put(Model::Fixed(all)),
                Fate::Kept | Fate::Removed => Fate::Kept,
            })
        }
        Nav::Nth(at) => in_list(ty, &place, Some(number(args, *at)), go_on),
        Nav::First => in_list(ty, &place, Some(0), go_on),
        Nav::Last => {
            let last = list(place.value()).len().checked_sub(1);
            in_list(ty, &place, last, go_on)
        }
        Nav::All if matches!(place.value(), Some(Model::Set(_))) => all_of_set(&place, go_on),
        Nav::All if matches!(place.value(), Some(Model::Map(_))) => {
            entries(&place, |key, value| {
                let pair = Model::Tuple(vec![key.clone(), value.clone()]);
                Ok(match go_on(Place::of(Some(pair)))? {
                    Fate::Kept => Some((key, value, false)),
                    Fate::Put(Model::Tuple(pair)) => Some((pair[0].clone(), pair[1].clone(), true)),
                    Fate::Put(other) => panic!("no pair: {other:?}"),
                    Fate::Removed => None,
                })
            })
        }
        Nav::MapKeys => entries(&place, |key, value| {
            Ok(match go_on(Place::of(Some(key.clone())))? {
                Fate::Kept => Some((key, value, false)),
                Fate::Put(key) => Some((key, value, true)),
                Fate::Removed => None,
            })
        }),
        Nav::All => {
            let (mut all, mut changed) = (Vec::new(), false);
            for item in list(place.value()) {
                match go_on(Place::of(Some(item.clone())))? {
                    Fate::Kept => {
                        all.push(item);
                        continue;
                    }
                    Fate::Put(new) => all.push(new),
                    Fate::Removed => {}
                }
                changed = true;
            }
            Ok(if changed { Fate::Put(list_of(ty, all)) } else { Fate::Kept })
        }
        Nav::MapVals => {
            let (entries, mut changed) = (map(place.value()), false);
            let mut all = entries.clone();
            for (key, value) in entries {
                match go_on(Place::of(Some(value)))? {
                    Fate::Kept => continue,
                    Fate::Put(value) => drop(all.insert(key, value)),
                    Fate::Removed => drop(all.remove(&key)),
                }
                changed = true;
            }
            Ok(if changed { Fate::Put(Model::Map(all)) } else { Fate::Kept })
        }
        Nav::MapKey(at) => {
            let (key, mut all) = (&args.0[*at], map(place.value()));
            let Some(value) = all.remove(key) else { return Ok(Fate::Kept) };
            match go_on(Place::of(Some(key.clone())))? {
                Fate::Kept => return Ok(Fate::Kept),
                Fate::Put(key) => drop(all.insert(key, value)),
                Fate::Removed => {}
            }
            Ok(Fate::Put(Model::Map(all)))
        }
        Nav::SetElem(at) => {
            let (item, mut all) = (&args.0[*at], set(place.value()));
            if !all.remove(item) {
                return Ok(Fate::Kept);
            }
            match go_on(Place::of(Some(item.clone())))? {
                Fate::Kept => return Ok(Fate::Kept),
                Fate::Put(item) => drop(all.insert(item)),
                Fate::Removed => {}
            }
            Ok(Fate::Put(Model::Set(all)))
        }
        Nav::NoneElem => Ok(match go_on(Place::of(None))? {
            Fate::Put(item) => {
                let mut all = set(place.value());
                all.insert(item);
                Fate::Put(Model::Set(all))
            }
            _ => Fate::Kept,
        }),
        Nav::BeforeElem => insert(ty, &place, 0, go_on),
        Nav::AfterElem => insert(ty, &place, usize::MAX, go_on),
        Nav::BeforeIndex(at) => insert(ty, &place, number(args, *at), go_on),
        Nav::IndexedVals => indexed_vals(ty, &place, go_on),
        Nav::Index(at) => {
            let (at, mut all) = (number(args, *at), list(place.value()));
            if at >= all.len() {
                return Ok(Fate::Kept);
            }
            match go_on(Place::of(Some(at.model())))? {
                Fate::Kept => return Ok(Fate::Kept),
                Fate::Put(to) => {
                    let item = all.remove(at);
                    all.insert(index(&to).min(all.len()), item);
                }
                Fate::Removed => drop(all.remove(at)),
            }
            Ok(Fate::Put(list_of(ty, all)))
        }
        Nav::ContinuousSubseqs(salt) => {
            let (items, salt) = (list(place.value()), args.v(*salt));
            let (mut all, mut at, mut changed) = (Vec::new(), 0, false);
            for (from, to) in runs(&items, |item| data::passes(item, salt)) {
                all.extend_from_slice(&items[at..from]);
                at = to;
                match go_on(Place::of(Some(list_of(ty, items[from..to].to_vec()))))? {
                    Fate::Kept => {
                        all.extend_from_slice(&items[from..to]);
                        continue;
                    }
                    Fate::Put(new) => all.extend(list(Some(&new))),
                    Fate::Removed => {}
                }
                changed = true;
            }
            all.extend_from_slice(&items[at..]);
            Ok(if changed { Fate::Put(list_of(ty, all)) } else { Fate::Kept })
        }
        Nav::FilteredList(sub) => {
            let items = list(place.value());
            let (places, found) = matching(sub, &items, args).map_err(fault)?;
            let new = match go_on(Place::of(Some(list_of(ty, found))))? {
                Fate::Kept => return Ok(Fate::Kept),
                Fate::Put(new) => list(Some(&new)),
                Fate::Removed if place.value().is_none() => return Ok(Fate::Kept),
                Fate::Removed => Vec::new(),
            };
            Ok(Fate::Put(list_of(ty, filtered(items, &places, new))))
        }
        Nav::FilterPred(_) | Nav::Filter(..) => {
            if passes(&step.nav, place.value(), args) {
                go_on(place)
            } else {
                Ok(Fate::Kept)
            }
        }
        Nav::FilterSelected(sub) | Nav::FilterNotSelected(sub) => {
            let wanted = matches!(step.nav, Nav::FilterSelected(_));
            let is_there = leads_anywhere(sub, place.value(), args).map_err(fault)?;
            if is_there == wanted { go_on(place) } else { Ok(Fate::Kept) }
        }
        Nav::IfPath(condition, then, otherwise) => {
            let holds = leads_anywhere(condition, place.value(), args).map_err(fault)?;
            let path = if holds { Some(then) } else { otherwise.as_ref() };
            path.map_or(Ok(Fate::Kept), |path| {
                write(path, place, &[], args, &mut |_, place| go_on(place))
            })
        }
        Nav::CondPath(cases) => {
            for (condition, then) in cases {
                if leads_anywhere(condition, place.value(), args).map_err(fault)? {
                    return write(then, place, &[], args, &mut |_, place| go_on(place));
                }
            }
            Ok(Fate::Kept)
        }
        Nav::MultiPath(branches) => in_turn(place, branches.iter(), |path, place| {
            write(path, place, &[], args, &mut |_, place| go_on(place))
        }),
        Nav::ContinueThenStay(path) => {
            in_turn(place, [&path[..], &[]].into_iter(), |path, place| {
                write(path, place, &[], args, &mut |_, place| go_on(place))
            })
        }
        Nav::StayThenContinue(path) => {
            in_turn(place, [&[], &path[..]].into_iter(), |path, place| {
                write(path, place, &[], args, &mut |_, place| go_on(place))
            })
        }
        Nav::Stay => go_on(place),
        Nav::Stop => Ok(Fate::Kept),
        Nav::IsCollected(salt) => {
            let all = Model::Tuple(collected.to_vec());
            if data::passes(&all, args.v(*salt)) { go_on(place) } else { Ok(Fate::Kept) }
        }
        Nav::Subselect(sub) => {
            let before = values(sub, place.value(), args).map_err(fault)?;
            let expected = before.len();
            match go_on(Place::of(Some(Model::List(before))))? {
                Fate::Kept => Ok(Fate::Kept),
                Fate::Removed => write(sub, place, &[], args, &mut |_, _| Ok(Fate::Removed)),
                Fate::Put(new) => {
                    let new = list(Some(&new));
                    if new.len() != expected {
                        return Err(Fault::Subselect { expected, found: new.len() });
                    }
                    let mut new = new.into_iter();
                    write(sub, place, &[], args, &mut |_, _| {
                        Ok(new.next().map_or(Fate::Kept, Fate::Put))
                    })
                }
            }
        }
        Nav::NilToVal(at) => go_on(Place { default: Some(args.0[*at].clone()), ..place }),
        Nav::NilToDefault => go_on(Place { default: Some(data::default(ty)), ..place }),
        other => unreachable!("not written: {other:?}"),
    }
}

fn write_one(
    steps: &[Step],
    last: usize,
    place: Place,
    collected: &[Model],
    args: &Args,
    f: Then<'_>,
) -> Written {
    let mut found = 0;
    let fate = write(&steps[..last], place, collected, args, &mut |collected, place| {
        found += 1;
        if found > 1 {
            return Ok(Fate::Kept);
        }
        write(&steps[last + 1..], place, collected, args, f)
    })?;
    if found == 1 { Ok(fate) } else { Err(Fault::NotOne { found }) }
}

fn in_map(key: &Model, place: &Place, mut go_on: impl FnMut(Place) -> Written) -> Written {
    let mut all = map(place.value());
    Ok(match go_on(Place::of(all.get(key).cloned()))? {
        Fate::Put(value) => {
            all.insert(key.clone(), value);
            Fate::Put(Model::Map(all))
        }
        Fate::Removed if all.remove(key).is_some() => Fate::Put(Model::Map(all)),
        Fate::Kept | Fate::Removed => Fate::Kept,
    })
}

fn in_list(
    ty: &Type,
    place: &Place,
    at: Option<usize>,
    mut go_on: impl FnMut(Place) -> Written,
) -> Written {
    let mut all = list(place.value());
    let Some(at) = at.filter(|at| *at < all.len()) else { return Ok(Fate::Kept) };
    match go_on(Place::of(Some(all[at].clone())))? {
        Fate::Kept => return Ok(Fate::Kept),
        Fate::Put(value) => all[at] = value,
        Fate::Removed => drop(all.remove(at)),
    }
    Ok(Fate::Put(list_of(ty, all)))
}

fn insert(ty: &Type, place: &Place, at: usize, mut go_on: impl FnMut(Place) -> Written) -> Written {
    Ok(match go_on(Place::of(None))? {
        Fate::Put(item) => {
            let mut all = list(place.value());
            all.insert(at.min(all.len()), item);
            Fate::Put(list_of(ty, all))
        }
        _ => Fate::Kept,
    })
}

/// Whether a collection has no elements.
fn is_empty(of: &Model) -> bool {
    match of {
        Model::Map(entries) => entries.is_empty(),
        Model::Set(items) => items.is_empty(),
        Model::List(items) => items.is_empty(),
        other => panic!("no collection: {other:?}"),
    }
}

/// Puts what becomes of the entries of a map one after the other: a key, a value, and whether they
/// are new.
fn entries(
    place: &Place,
    mut one: impl FnMut(Model, Model) -> Result<Option<(Model, Model, bool)>, Fault>,
) -> Written {
    let (mut all, mut changed) = (BTreeMap::new(), false);
    for (key, value) in map(place.value()) {
        let entry = one(key, value)?;
        changed |= entry.as_ref().is_none_or(|(.., is_new)| *is_new);
        all.extend(entry.map(|(key, value, _)| (key, value)));
    }
    Ok(if changed { Fate::Put(Model::Map(all)) } else { Fate::Kept })
}

fn all_of_set(place: &Place, mut go_on: impl FnMut(Place) -> Written) -> Written {
    let items = set(place.value());
    let (mut kept, mut new, mut changed) = (items.clone(), BTreeSet::new(), false);
    for item in items {
        match go_on(Place::of(Some(item.clone())))? {
            Fate::Kept => continue,
            Fate::Put(other) => drop(new.insert(other)),
            Fate::Removed => {}
        }
        kept.remove(&item);
        changed = true;
    }
    kept.extend(new);
    Ok(if changed { Fate::Put(Model::Set(kept)) } else { Fate::Kept })
}

fn index(value: &Model) -> usize {
    usize::of(value).unwrap_or_else(|| panic!("no index: {value:?}"))
}

fn indexed_vals(ty: &Type, place: &Place, mut go_on: impl FnMut(Place) -> Written) -> Written {
    // Elements with the index they had, which tells them apart.
    let (mut all, mut moves, mut changed) = (Vec::new(), Vec::new(), false);
    for (at, item) in list(place.value()).into_iter().enumerate() {
        let pair = Model::Tuple(vec![at.model(), item.clone()]);
        match go_on(Place::of(Some(pair)))? {
            Fate::Kept => all.push((at, item)),
            Fate::Put(Model::Tuple(pair)) => {
                changed = true;
                let to = index(&pair[0]);
                all.push((at, pair[1].clone()));
                if to != at {
                    moves.push((at, to));
                }
            }
            Fate::Put(other) => panic!("no pair: {other:?}"),
            Fate::Removed => changed = true,
        }
    }
    for (id, to) in moves {
        if let Some(from) = all.iter().position(|(at, _)| *at == id) {
            let element = all.remove(from);
            all.insert(to.min(all.len()), element);
        }
    }
    let all = all.into_iter().map(|(_, item)| item).collect();
    Ok(if changed { Fate::Put(list_of(ty, all)) } else { Fate::Kept })
}
