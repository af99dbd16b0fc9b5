//! Draws paths within paths.

use super::Paths;
use super::place::{Place, Presence};
use crate::path::Steps;

/// How often it is tried to reach some place.
const ATTEMPTS: usize = 30;

impl Paths<'_> {
    fn within<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> T {
        self.nesting += 1;
        let drawn = draw(self);
        self.nesting -= 1;
        drawn
    }

    /// A path to anywhere.
    pub(super) fn condition(&mut self, place: &Place) -> Steps {
        let length = self.rng.usize(1..3);
        self.within(|paths| paths.route(&place.inner(), length, false).0)
    }

    /// A path that what is behind it goes on with.
    pub(super) fn branch(&mut self, place: &Place, writes: bool) -> (Steps, Place) {
        let length = self.rng.usize(0..3);
        self.within(|paths| paths.route(&place.inner(), length, writes))
    }

    /// A path to where a condition on it holds, if one was found.
    pub(super) fn branch_where(
        &mut self,
        place: &Place,
        writes: bool,
        fits: impl Fn(&Place) -> bool,
    ) -> Option<(Steps, Place)> {
        let before = self.params.len();
        for _ in 0..ATTEMPTS {
            let (steps, to) = self.branch(place, writes);
            if fits(&to) {
                return Some((steps, to));
            }
            self.params.truncate(before);
        }
        None
    }

    /// A path to the same type as another one.
    pub(super) fn branch_like(
        &mut self,
        place: &Place,
        writes: bool,
        other: &(Steps, Place),
    ) -> (Steps, Place) {
        self.branch_where(place, writes, |to| to.is_as(&other.1)).unwrap_or_else(|| other.clone())
    }

    /// A path that selects values, in an order.
    pub(super) fn selection(&mut self, place: &Place) -> Option<(Steps, Place)> {
        self.branch_where(place, false, |to| to.ty.is_value() && !to.is_unordered)
    }

    /// A path to stored values, in an order, for `subselect`.
    pub(super) fn values(&mut self, place: &Place, writes: bool) -> Option<(Steps, Place)> {
        self.branch_where(place, writes, |to| {
            to.ty.is_value()
                && !to.is_computed
                && !to.is_unordered
                && to.presence == Presence::Present
        })
    }
}
