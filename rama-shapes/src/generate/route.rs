//! Draws chains of navigators, and the ends of writes.

use super::Paths;
use super::place::{Place, Presence};
use crate::path::{Arg, End, Nav, Param, Step, Steps, Write};
use crate::ty::Type;

impl Paths<'_> {
    /// A new argument.
    pub(super) fn arg(&mut self, param: Param) -> Arg {
        self.params.push(param);
        self.params.len() - 1
    }

    /// A chain of about `length` navigators. If it `writes`, what it leads to can be written.
    pub(super) fn route(&mut self, from: &Place, length: usize, writes: bool) -> (Steps, Place) {
        let (mut steps, mut place) = (Steps::new(), from.clone());
        for _ in 0..length {
            match self.step(&place, writes) {
                Some((nav, to)) => {
                    steps.push(Step { nav, from: place.ty });
                    place = to;
                }
                None => break,
            }
        }
        // A range is no place to stay at.
        while matches!(place.ty, Type::Range(_)) {
            place = self.descend(&mut steps, place, writes);
        }
        (steps, place)
    }

    /// One navigator further into a structure.
    fn descend(&mut self, steps: &mut Steps, place: Place, writes: bool) -> Place {
        let (nav, to) = self.step_down(&place, writes);
        steps.push(Step { nav, from: place.ty });
        to
    }

    /// Goes on until the place is a value.
    pub(super) fn until_value(
        &mut self,
        steps: &mut Steps,
        mut place: Place,
        writes: bool,
    ) -> Place {
        while !place.ty.is_value() {
            place = self.descend(steps, place, writes);
        }
        place
    }

    /// Goes on to a range of a stored structure as one value, if there is one.
    pub(super) fn until_whole_range(&mut self, steps: &mut Steps, place: Place) -> Place {
        match self.whole_range(&place) {
            Some((nav, whole)) => {
                let to = place.to(whole, Presence::Present);
                steps.push(Step { nav, from: place.ty });
                to
            }
            None => place,
        }
    }

    /// The navigators to a value of the schema that make everything above it.
    pub(super) fn straight(&mut self, schema: &Type) -> (Steps, Place) {
        let (mut steps, mut place) = (Steps::new(), Place::top(schema));
        while !place.ty.is_value() {
            let (nav, ty) = match &place.ty {
                Type::PMap(key, of) | Type::UntrackedMap(key, of) => {
                    (Nav::Key(self.arg(Param::Value((**key).clone()))), (**of).clone())
                }
                Type::PSet(of) | Type::UntrackedSet(of) => (Nav::NoneElem, (**of).clone()),
                Type::PVec(of) if self.rng.bool() => (Nav::AfterElem, (**of).clone()),
                Type::PVec(of) => (Nav::BeforeIndex(self.arg(Param::Index)), (**of).clone()),
                Type::Fixed(_, fields) => {
                    let at = self.rng.usize(0..fields.len());
                    (Nav::Field(at), fields[at].clone())
                }
                other => unreachable!("not on a straight way: {other:?}"),
            };
            let to = place.to(ty, Presence::Maybe);
            steps.push(Step { nav, from: place.ty });
            place = to;
        }
        (steps, place)
    }

    /// A write.
    pub(super) fn write(&mut self, from: &Place, length: usize) -> Write {
        let (mut steps, mut place) = self.route(from, length, true);
        loop {
            let removable =
                !place.is_top && matches!(place.presence, Presence::Maybe | Presence::Present);
            let end = if place.ty.is_value() {
                match self.rng.u32(0..12) {
                    0..4 => {
                        // What is absent is an error, which tells less.
                        if place.presence.is_maybe() && self.rng.u32(0..4) > 0 {
                            let nav = Nav::NilToVal(self.arg(Param::Value(place.ty.clone())));
                            steps.push(Step { nav, from: place.ty.clone() });
                            place.presence = place.presence.filled();
                        }
                        End::Term(self.arg(Param::Salt), place.collected > 0)
                    }
                    4..7 => End::Termval(self.arg(Param::Value(place.ty.clone()))),
                    7 => End::Update(self.arg(Param::Salt)),
                    8..11 if removable => End::None,
                    _ => match self.several(&place) {
                        Some(end) => end,
                        None => continue,
                    },
                }
            } else {
                match self.rng.u32(0..12) {
                    0..3 if removable => End::None,
                    10 if place.ty.as_whole().is_some() => {
                        place = self.until_whole_range(&mut steps, place);
                        match self.rng.u32(0..6) {
                            0..2 => End::Term(self.arg(Param::Salt), place.collected > 0),
                            2..4 => End::Termval(self.arg(Param::Value(place.ty.clone()))),
                            4 => End::Update(self.arg(Param::Salt)),
                            _ => End::None,
                        }
                    }
                    11 if place.ty.is_sorted() || matches!(place.ty, Type::PVec(_)) => {
                        let Some(nav) = self.any_range(&place) else { continue };
                        steps.push(Step { nav, from: place.ty.clone() });
                        End::None
                    }
                    3 => match self.several(&place) {
                        Some(end) => end,
                        None => continue,
                    },
                    _ => {
                        place = self.descend(&mut steps, place, true);
                        continue;
                    }
                }
            };
            return Write { steps, end, at: place.ty };
        }
    }

    /// Several writes, if there are not too many within each other.
    fn several(&mut self, place: &Place) -> Option<End> {
        if self.nesting >= 2 {
            return None;
        }
        self.nesting += 1;
        let count = self.rng.usize(2..4);
        let mut writes = Vec::new();
        for _ in 0..count {
            let length = self.rng.usize(0..3);
            writes.push(self.write(&place.inner(), length));
        }
        self.nesting -= 1;
        Some(End::MultiTransform(writes))
    }

    /// A write of a value in memory.
    pub(super) fn write_of_a_value(&mut self, ty: &Type) -> Write {
        let length = self.rng.usize(0..3);
        let from = Place { presence: Presence::Present, ..Place::top(ty) };
        self.nesting += 1;
        let write = self.write(&from, length);
        self.nesting -= 1;
        write
    }
}
