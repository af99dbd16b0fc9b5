//! `field(|f| f.x)`: a field of fixed keys, maybe absent.

use super::key::in_structure;
use crate::key::{KeyBytes, KeyHash};
use crate::path::{Maybe, Navigator, PStatePath, Visit, WriteNavigator};
use crate::schema::{Field, FieldAt, FixedKeys};
use crate::store::{Held, ReadPlace, View, WritePlace, Written, modify_row};

/// See [`PStatePath::field`].
#[derive(Debug, Clone)]
pub struct FieldNav<N, const I: usize>(N);

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to a field of a struct with `#[derive(PState)]`: always once, and there may be
    /// nothing. The closure picks the field from the struct's tokens.
    ///
    /// - *Select*: `Option<V>` of a value. An absent nested structure is an empty one.
    /// - *Transform*: as [`key`](Self::key); `none` removes the field.
    /// - *Cost*: one row.
    ///
    /// ```text
    /// #[derive(rama::PState)]
    /// struct Profile {
    ///     name: String,
    ///     friends: PMap<i64, Friend>,
    /// }
    ///
    /// path.key(user_id).field(|f| f.friends).key(friend_id)
    /// ```
    pub fn field<G, const I: usize>(self, field: G) -> PStatePath<O, FieldNav<N, I>>
    where
        N::Here: FixedKeys,
        G: FnOnce(<N::Here as FixedKeys>::Fields) -> Field<N::Here, I>,
    {
        let _token = field(<N::Here as FixedKeys>::FIELDS);
        self.then(FieldNav)
    }
}

/// The key of a field's rows.
#[inline]
fn field_key<S: FieldAt<I>, const I: usize>() -> KeyBytes {
    KeyBytes::from(&S::ID.to_be_bytes()[..])
}

impl<N, const I: usize> Navigator for FieldNav<N, I>
where
    N: Navigator,
    N::Here: FieldAt<I>,
{
    type Schema = N::Schema;
    type Here = <N::Here as FieldAt<I>>::Schema;
    type Presence = Maybe;
    type Emits = N::Emits;
    type Collected = N::Collected;

    #[inline]
    fn read<F>(&self, top: ReadPlace<'_, N::Schema>, f: &mut F) -> Visit
    where
        F: FnMut(&N::Collected, ReadPlace<'_, Self::Here>) -> Visit,
    {
        self.0.read(top, &mut |collected: &N::Collected, place: ReadPlace<'_, N::Here>| {
            let view = View {
                writes: place.below.writes.map(<N::Here as FieldAt<I>>::writes),
                rows: <N::Here as FieldAt<I>>::rows(place.below.rows),
                at: place.below.at,
            };
            let slot = match place.slot.get() {
                Some(handle) => view.get(handle.id, &field_key::<N::Here, I>())?,
                None => Held::Nothing,
            };
            f(collected, ReadPlace { slot, below: view.below() })
        })
    }

    fn leading_key(&self) -> Option<KeyHash> {
        self.0.leading_key()
    }
}

impl<N, const I: usize> WriteNavigator for FieldNav<N, I>
where
    N: WriteNavigator,
    N::Here: FieldAt<I>,
{
    #[inline]
    fn write<F>(&self, top: WritePlace<'_, N::Schema>, f: &mut F) -> Written<N::Schema>
    where
        F: FnMut(&N::Collected, WritePlace<'_, Self::Here>) -> Written<Self::Here>,
    {
        self.0.write(top, &mut |collected: &N::Collected, place: WritePlace<'_, N::Here>| {
            in_structure(place, |handle, place| {
                modify_row(
                    <N::Here as FieldAt<I>>::writes_mut(place.below.writes),
                    <N::Here as FieldAt<I>>::rows(place.below.rows),
                    place.ids,
                    handle,
                    false,
                    &field_key::<N::Here, I>(),
                    &mut |place| f(collected, place),
                )
            })
        })
    }
}
