//! `transformed(write)`: what a write path makes of a value.

use super::root::Root;
use crate::key::KeyHash;
use crate::path::plain::{Seen, SeenOf, Spot, write_part};
use crate::path::{
    HoldsValue, KindAt, Navigator, PStatePath, Presence, Present, ReadOnly, Value, ValueAt, Visit,
    WritePath,
};
use crate::store::{Ids, ReadPlace};

/// See [`PStatePath::transformed`].
#[derive(Debug, Clone)]
pub struct Transformed<N, W> {
    prev: N,
    write: W,
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to what a write path makes of the value, which itself stays as it is; nowhere where
    /// no value is.
    ///
    /// - *Select*: the value as it would be after the write.
    /// - *Transform*: read only.
    /// - *Cost*: a copy of the value.
    ///
    /// ```
    /// use rama_paths::{PStatePath, Root};
    ///
    /// let path = PStatePath::<(), Root<Vec<Vec<i64>>>>::new();
    /// let path = path.all().transformed(|list| list.all().term(|n| n * 10));
    /// assert_eq!(path.select_from(&vec![vec![1, 2], vec![3]])?, [vec![10, 20], vec![30]]);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
    #[inline]
    pub fn transformed<V, G, W, M>(self, write: G) -> PStatePath<O, M>
    where
        KindAt<N>: HoldsValue<N::Here, Value = V, Then<Transformed<N, W>> = M>,
        G: FnOnce(PStatePath<O, Root<V, Present>>) -> W,
        W: WritePath<Schema = V> + Clone,
    {
        let write = write(PStatePath::at_root(Root::new(), 0));
        self.then(|nav| KindAt::<N>::then(Transformed { prev: nav, write }))
    }
}

impl<N, V, W> Navigator for Transformed<N, W>
where
    N: Navigator,
    N::Here: ValueAt<Value = V>,
    V: Value,
    W: WritePath<Schema = V> + Clone,
{
    type Schema = N::Schema;
    type Here = ReadOnly<V>;
    type Presence = Present;
    type Emits = <N::Presence as Presence>::IfPresent<N::Emits>;
    type Collected = N::Collected;

    #[inline(always)]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.prev.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let Some(mut value) = place.slot.into_owned() else { return Ok(()) };
            // What is removed as a whole stays: a value is never without one.
            let _ =
                write_part(&mut value, &mut Ids::none(), |place| self.write.clone().write(place))?;
            f(collected, ReadPlace::computed(value))
        })
    }

    #[inline(always)]
    fn read_in<F>(&self, top: SeenOf<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, SeenOf<'_, Self::Here>) -> Visit,
    {
        self.prev.read_in(top, &mut |collected: &N::Collected, seen: SeenOf<'_, N::Here>| {
            let Some(mut value) = seen.into_owned() else { return Ok(()) };
            // What is removed as a whole stays: a value is never without one.
            let _ = self.write.clone().write_in(Spot::there(&mut value))?;
            f(collected, Seen::Made(&mut Some(value)))
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.prev.leading_key()
    }
}
