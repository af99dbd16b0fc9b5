//! Draws a navigator for a place.

use super::Paths;
use super::place::{Place, Presence};
use crate::path::{Comparison, Nav, Param, Range, Selection};
use crate::ty::Type;

/// What may be drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Key,
    Must,
    MapVals,
    MapKeys,
    MapKey,
    SubMap,
    All,
    Count,
    SetElem,
    NoneElem,
    Subset,
    Nth,
    First,
    Last,
    IndexedVals,
    Index,
    BeforeElem,
    AfterElem,
    BeforeIndex,
    Beginning,
    End,
    Sublist,
    ContinuousSubseqs,
    FilteredList,
    SortedRange,
    Field,
    FilterPred,
    Filter,
    View,
    ViewList,
    Transformed,
    NilToVal,
    NilToDefault,
    FilterSelected,
    FilterNotSelected,
    IfPath,
    IfPathElse,
    CondPath,
    MultiPath,
    ContinueThenStay,
    StayThenContinue,
    Stay,
    Stop,
    Collect,
    CollectOne,
    PutCollected,
    IsCollected,
    Dispense,
    Subselect,
    One,
}

/// How many values are collected at most.
const MOST_COLLECTED: usize = 2;

impl Paths<'_> {
    /// The navigators into what is at a place, each as often as it shall be drawn.
    fn kinds_down(place: &Place, writes: bool) -> Vec<(u32, Kind)> {
        use Kind::*;
        let mut kinds = Vec::new();
        let ty = &place.ty;
        if let Type::Range(of) = ty {
            match of.as_map() {
                Some((_, value)) => {
                    kinds.extend([(3, MapVals), (2, MapKeys)]);
                    kinds.extend(value.is_value().then_some((2, All)));
                    kinds.extend((!writes).then_some((1, Count)));
                }
                None => {
                    kinds.push((3, All));
                    kinds.extend((!writes).then_some((1, Count)));
                }
            }
            return kinds;
        }
        if !writes && (ty.as_map().is_some() || ty.as_set().is_some() || ty.as_list().is_some()) {
            kinds.push((1, Count));
        }
        if let Some((_, value)) = ty.as_map() {
            kinds.extend([(6, Key), (4, Must), (4, MapVals)]);
            // Which of two entries that end at one key stays is not said where there is no order.
            if !writes || !ty.is_hashed() {
                kinds.push((2, MapKeys));
                kinds.extend(value.is_value().then_some((3, All)));
            }
        }
        if ty.as_set().is_some() {
            kinds.extend([(5, All), (4, SetElem)]);
            kinds.extend(writes.then_some((4, NoneElem)));
        }
        if ty.as_list().is_some() {
            kinds.extend([(3, Nth), (2, First), (2, Last), (4, All)]);
            if writes {
                kinds.extend([(2, BeforeElem), (3, AfterElem), (3, BeforeIndex)]);
            }
        }
        if matches!(ty, Type::Fixed(..)) {
            kinds.push((10, Field));
        }
        kinds
    }

    /// A range of a stored structure of values, and the type of it as one value.
    pub(super) fn whole_range(&mut self, place: &Place) -> Option<(Nav, Type)> {
        let whole = place.ty.as_whole()?;
        let kinds = match &place.ty {
            Type::PVec(_) => [(1, Kind::Sublist), (0, Kind::Sublist)],
            Type::PSet(_) | Type::UntrackedSet(_) => [(3, Kind::SortedRange), (1, Kind::Subset)],
            _ => [(3, Kind::SortedRange), (1, Kind::SubMap)],
        };
        let kind = self.pick(&kinds)?;
        Some((self.nav(kind, place, false)?.0, whole))
    }

    /// A range of a stored structure.
    pub(super) fn any_range(&mut self, place: &Place) -> Option<Nav> {
        let kind =
            if matches!(place.ty, Type::PVec(_)) { Kind::Sublist } else { Kind::SortedRange };
        Some(self.nav(kind, place, false)?.0)
    }

    /// All navigators that may follow at a place.
    fn kinds(&self, place: &Place, writes: bool) -> Vec<(u32, Kind)> {
        use Kind::*;
        let ty = &place.ty;
        let mut kinds = Self::kinds_down(place, writes);
        if matches!(ty, Type::Range(_)) {
            return kinds;
        }
        let is_outer = self.nesting == 0;
        if ty.as_map().is_some() {
            kinds.extend([(2, MapKey), (2, SubMap)]);
        }
        if ty.as_set().is_some() {
            kinds.push((2, Subset));
        }
        if let Some(item) = ty.as_list() {
            kinds.extend([(2, Index), (2, Sublist)]);
            kinds.extend(item.is_value().then_some((2, IndexedVals)));
            if ty.is_value() {
                kinds.extend([(1, Beginning), (1, End), (2, ContinuousSubseqs), (2, FilteredList)]);
            }
            kinds.extend((!writes).then_some((1, AfterElem)));
        }
        if ty.is_sorted() {
            kinds.push((4, SortedRange));
        }
        if ty.is_value() {
            kinds.extend([(2, FilterPred), (2, Filter)]);
            if !writes {
                kinds.extend([(1, View), (1, ViewList)]);
                kinds.extend((self.nesting < 2).then_some((1, Transformed)));
            }
            if place.presence.is_maybe() {
                kinds.extend([(4, NilToVal), (2, NilToDefault)]);
            }
        }
        kinds.push((1, Stay));
        // Seldom, since nothing is behind it.
        if self.nesting == 1 {
            kinds.push((1, Stop));
        }
        if self.nesting < 2 {
            kinds.extend([(1, FilterSelected), (1, FilterNotSelected), (1, IfPath)]);
            kinds.extend([(2, IfPathElse), (1, CondPath), (2, MultiPath)]);
            kinds.extend([(1, ContinueThenStay), (1, StayThenContinue)]);
            kinds.extend((!place.is_computed).then_some((2, Subselect)));
            if is_outer && place.collected < MOST_COLLECTED {
                kinds.extend([(1, Collect), (1, CollectOne), (1, PutCollected)]);
            }
        }
        if place.collected > 0 {
            kinds.extend([(1, IsCollected), (1, Dispense)]);
        }
        if is_outer {
            kinds.push((1, One));
        }
        kinds
    }

    /// One more navigator; none if what was drawn cannot be completed here.
    pub(super) fn step(&mut self, place: &Place, writes: bool) -> Option<(Nav, Place)> {
        let kinds = self.kinds(place, writes);
        for _ in 0..4 {
            let kind = self.pick(&kinds)?;
            if let Some(step) = self.nav(kind, place, writes) {
                return Some(step);
            }
        }
        None
    }

    /// A navigator into a structure.
    pub(super) fn step_down(&mut self, place: &Place, writes: bool) -> (Nav, Place) {
        let kinds = Self::kinds_down(place, writes);
        loop {
            if let Some(kind) = self.pick(&kinds)
                && let Some(step) = self.nav(kind, place, writes)
            {
                return step;
            }
        }
    }

    fn pick(&mut self, kinds: &[(u32, Kind)]) -> Option<Kind> {
        let all: u32 = kinds.iter().map(|(weight, _)| weight).sum();
        if all == 0 {
            return None;
        }
        let mut at = self.rng.u32(0..all);
        for (weight, kind) in kinds {
            if at < *weight {
                return Some(*kind);
            }
            at -= weight;
        }
        None
    }

    fn salt(&mut self) -> usize {
        self.arg(Param::Salt)
    }

    fn range(&mut self, key: &Type) -> Range {
        let key = || Param::Value(key.clone());
        match self.rng.u32(0..9) {
            0 => Range::Between(self.arg(key()), self.arg(key()), None),
            1 | 2 => {
                let options = (self.rng.bool(), self.rng.bool());
                Range::Between(self.arg(key()), self.arg(key()), Some(options))
            }
            3 => Range::From(self.arg(key()), None),
            4 => Range::From(self.arg(key()), Some(self.options())),
            5 => Range::To(self.arg(key()), None),
            6 => Range::To(self.arg(key()), Some(self.options())),
            7 => Range::FromStart(self.arg(Param::Amount)),
            _ => Range::ToEnd(self.arg(Param::Amount)),
        }
    }

    fn options(&mut self) -> (bool, Option<usize>) {
        let most = (self.rng.u32(0..3) > 0).then(|| self.arg(Param::Amount));
        (self.rng.bool(), most)
    }

    fn comparison(&mut self, ty: &Type) -> Comparison {
        use Comparison::*;
        let all = [Equal, NotEqual, LessThan, LessThanOrEqual, GreaterThan, GreaterThanOrEqual];
        let count = if ty.is_comparable() { all.len() } else { 2 };
        all[self.rng.usize(0..count)]
    }

    /// The navigator of a kind, and where it leads to.
    #[allow(clippy::too_many_lines, reason = "one arm for each")]
    fn nav(&mut self, kind: Kind, place: &Place, writes: bool) -> Option<(Nav, Place)> {
        use Presence::{Maybe, Present};
        let ty = match &place.ty {
            Type::Range(of) => (**of).clone(),
            ty => ty.clone(),
        };
        let map = || ty.as_map().map(|(key, value)| (key.clone(), value.clone()));
        let list = || ty.as_list().cloned();
        let set = || ty.as_set().cloned();
        let same = || place.clone();
        let hashed = |to: Place| Place { is_unordered: to.is_unordered || ty.is_hashed(), ..to };
        // A part of a stored structure is a range, of a value a value.
        let part = || {
            let part = if ty.is_value() { ty.clone() } else { Type::Range(Box::new(ty.clone())) };
            place.to(part, Present)
        };
        let if_present =
            |to: Place| Place { is_single: place.is_single && !place.presence.is_maybe(), ..to };
        Some(match kind {
            Kind::Key => {
                let (key, value) = map()?;
                (Nav::Key(self.arg(Param::Value(key))), place.to(value, Maybe))
            }
            Kind::Must => {
                let (key, value) = map()?;
                (Nav::Must(self.arg(Param::Value(key))), place.to(value, Present).many())
            }
            Kind::MapVals => (Nav::MapVals, hashed(place.to(map()?.1, Present).many())),
            Kind::MapKeys => (Nav::MapKeys, hashed(place.to(map()?.0, Present).many())),
            Kind::MapKey => {
                let (key, _) = map()?;
                let to = place.to(key.clone(), Present).many();
                (Nav::MapKey(self.arg(Param::Value(key))), to)
            }
            Kind::SubMap => (Nav::SubMap(self.arg(Param::Several(map()?.0))), part()),
            Kind::All => {
                let to = if let Some((key, value)) = map() {
                    place.to(Type::Tuple(vec![key, value]), Present)
                } else {
                    place.to(set().or_else(list)?, Present)
                };
                (Nav::All, hashed(to.many()))
            }
            Kind::Count => (Nav::Count, place.to(Type::Usize, Present).computed()),
            Kind::SetElem => {
                let item = set()?;
                let to = place.to(item.clone(), Present).many();
                (Nav::SetElem(self.arg(Param::Value(item))), to)
            }
            Kind::NoneElem => (Nav::NoneElem, place.to(set()?, Maybe).many()),
            Kind::Subset => (Nav::Subset(self.arg(Param::Several(set()?))), part()),
            Kind::Nth => (Nav::Nth(self.arg(Param::Index)), place.to(list()?, Present).many()),
            Kind::First => (Nav::First, place.to(list()?, Present).many()),
            Kind::Last => (Nav::Last, place.to(list()?, Present).many()),
            Kind::IndexedVals => {
                let pair = Type::Tuple(vec![Type::Usize, list()?]);
                (Nav::IndexedVals, place.to(pair, Present).many())
            }
            Kind::Index => {
                (Nav::Index(self.arg(Param::Index)), place.to(Type::Usize, Present).many())
            }
            Kind::BeforeElem => (Nav::BeforeElem, place.to(list()?, Maybe).many()),
            Kind::AfterElem => (Nav::AfterElem, place.to(list()?, Maybe).many()),
            Kind::BeforeIndex => {
                (Nav::BeforeIndex(self.arg(Param::Index)), place.to(list()?, Maybe).many())
            }
            Kind::Beginning => (Nav::Beginning, part()),
            Kind::End => (Nav::End, part()),
            Kind::Sublist => (Nav::Sublist(self.arg(Param::Index), self.arg(Param::Index)), part()),
            Kind::ContinuousSubseqs => (Nav::ContinuousSubseqs(self.salt()), part().many()),
            Kind::FilteredList => {
                let item =
                    Place { is_writable: true, is_computed: false, ..place.to(list()?, Present) };
                (Nav::FilteredList(self.condition(&item)), part())
            }
            Kind::SortedRange => {
                let key = map().map(|(key, _)| key).or_else(set)?;
                (Nav::SortedRange(self.range(&key)), part())
            }
            Kind::Field => {
                let Type::Fixed(_, fields) = &ty else { return None };
                let at = self.rng.usize(0..fields.len());
                (Nav::Field(at), place.to(fields[at].clone(), Maybe))
            }
            Kind::FilterPred => {
                let to = Place { presence: Present, ..same() };
                (Nav::FilterPred(self.salt()), to.many())
            }
            Kind::Filter => {
                let comparison = self.comparison(&ty);
                let to = Place { presence: Present, ..same() };
                (Nav::Filter(comparison, self.arg(Param::Value(ty))), to.many())
            }
            Kind::View => {
                (Nav::View(self.salt()), if_present(place.to(Type::Int, Present).computed()))
            }
            Kind::ViewList => {
                let to = place.to(Type::list_of(Type::Int), Present);
                (Nav::ViewList(self.salt()), if_present(to.computed()))
            }
            Kind::Transformed => {
                let write = self.write_of_a_value(&ty);
                let to = place.to(ty, Present).computed();
                (Nav::Transformed(Box::new(write)), if_present(to))
            }
            Kind::NilToVal => {
                let to = Place { presence: place.presence.filled(), ..same() };
                (Nav::NilToVal(self.arg(Param::Value(ty))), to)
            }
            Kind::NilToDefault => {
                (Nav::NilToDefault, Place { presence: place.presence.filled(), ..same() })
            }
            Kind::FilterSelected => (Nav::FilterSelected(self.condition(place)), same().many()),
            Kind::FilterNotSelected => {
                (Nav::FilterNotSelected(self.condition(place)), same().many())
            }
            Kind::IfPath => {
                let condition = self.condition(place);
                let (then, to) = self.branch(place, writes);
                (Nav::IfPath(condition, then, None), joined(place, &[to]))
            }
            Kind::IfPathElse => {
                let condition = self.condition(place);
                let then = self.branch(place, writes);
                let other = self.branch_like(place, writes, &then);
                let is_single = place.is_single && then.1.is_single && other.1.is_single;
                let to = Place { is_single, ..joined(place, &[then.1, other.1]) };
                (Nav::IfPath(condition, then.0, Some(other.0)), to)
            }
            Kind::CondPath => {
                let first = self.branch(place, writes);
                let mut cases = vec![(self.condition(place), first.0.clone())];
                let mut places = vec![first.1.clone()];
                for _ in 0..self.rng.usize(0..3) {
                    let condition = self.condition(place);
                    let (then, to) = self.branch_like(place, writes, &first);
                    cases.push((condition, then));
                    places.push(to);
                }
                (Nav::CondPath(cases), joined(place, &places))
            }
            Kind::MultiPath => {
                let first = self.branch(place, writes);
                let (mut branches, mut places) = (vec![first.0.clone()], vec![first.1.clone()]);
                for _ in 0..self.rng.usize(1..3) {
                    let (branch, to) = self.branch_like(place, writes, &first);
                    branches.push(branch);
                    places.push(to);
                }
                (Nav::MultiPath(branches), joined(place, &places))
            }
            Kind::ContinueThenStay => {
                let (sub, to) = self.branch_where(place, writes, |to| to.is_as(place))?;
                (Nav::ContinueThenStay(sub), joined(place, &[to, place.inner()]))
            }
            Kind::StayThenContinue => {
                let (sub, to) = self.branch_where(place, writes, |to| to.is_as(place))?;
                (Nav::StayThenContinue(sub), joined(place, &[place.inner(), to]))
            }
            Kind::Stay => (Nav::Stay, same()),
            Kind::Stop => (Nav::Stop, same().many()),
            Kind::Collect => {
                let (steps, to) = self.selection(place)?;
                let sub = Selection { steps, is_maybe: to.presence.is_maybe() };
                (Nav::Collect(sub), Place { collected: place.collected + 1, ..same() })
            }
            Kind::CollectOne => {
                let (steps, to) = self.selection(place)?;
                // Else it is an error most of the time.
                if !to.is_single && self.rng.u32(0..4) > 0 {
                    return None;
                }
                let sub = Selection { steps, is_maybe: to.presence.is_maybe() };
                (Nav::CollectOne(sub), Place { collected: place.collected + 1, ..same() })
            }
            Kind::PutCollected => {
                let ty = if self.rng.bool() { Type::Int } else { Type::Str };
                let value = self.arg(Param::Value(ty.clone()));
                let to = Place { collected: place.collected + 1, ..same() };
                (Nav::PutCollected(value, ty), to)
            }
            Kind::IsCollected => (Nav::IsCollected(self.salt()), same().many()),
            Kind::Dispense => (Nav::Dispense, Place { collected: 0, ..same() }),
            Kind::Subselect => {
                let (sub, to) = self.values(place, writes)?;
                let is_writable = place.is_writable && to.is_writable;
                let to = place.to(Type::list_of(to.ty), Present);
                (Nav::Subselect(sub), Place { is_writable, ..to })
            }
            Kind::One => (Nav::One, Place { is_single: true, ..same() }),
        })
    }
}

/// Where paths that are joined lead to.
fn joined(from: &Place, to: &[Place]) -> Place {
    let first = &to[0];
    let presence = to[1..].iter().fold(first.presence, |all, next| all.or(next.presence));
    Place {
        presence,
        collected: from.collected,
        is_writable: to.iter().all(|to| to.is_writable),
        is_unordered: from.is_unordered || to.iter().any(|to| to.is_unordered),
        is_single: false,
        is_top: to.iter().any(|to| to.is_top),
        ..first.clone()
    }
}
