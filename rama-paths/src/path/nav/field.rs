//! `field(|f| f.x)`: a field of fixed keys, maybe absent, or of a value.

use super::key::in_structure;
use crate::key::{KeyBytes, KeyHash};
use crate::path::{FieldToken, HasFields, Maybe, Navigator, PStatePath, Visit, WriteNavigator};
use crate::schema::FieldAt;
use crate::store::{Held, ReadPlace, View, WritePlace, Written, modify_row};

/// See [`PStatePath::field`].
#[derive(Debug, Clone)]
pub struct FieldNav<N, const I: usize>(N);

impl<N, const I: usize> FieldNav<N, I> {
    pub(crate) fn new(prev: N) -> Self {
        Self(prev)
    }
}

impl<O, N: Navigator> PStatePath<O, N> {
    /// Navigates to a field of a struct with `#[derive(PState)]`: always once, and there may be
    /// nothing. The closure picks the field from the struct's tokens.
    ///
    /// - *Select*: `Option<V>` of a value. An absent nested structure is an empty one.
    /// - *Transform*: as [`key`](Self::key); `none` removes the field.
    /// - *Cost*: one row.
    ///
    /// At the value of a struct with `#[derive(Record)]`, or of a tuple, it is the field of the value,
    /// which is there whenever the value is:
    ///
    /// - *Select*: the field; `Option` of it where the value may be absent.
    /// - *Transform*: the field is changed where it is. A field cannot be removed, and to write one of
    ///   an absent value is an error: put `nil_to_val` before it.
    /// - *Cost*: none of its own; the value is read and written as a whole.
    ///
    /// ```
    /// use rama_paths::{PMap, Partition, PStatePath, Root};
    ///
    /// let mut names = Partition::<PMap<i64, (String, i64)>>::new();
    /// let path = || PStatePath::<(), Root<PMap<i64, (String, i64)>>>::new();
    /// names.transform(path().key(1).termval(("alice".to_owned(), 3)))?;
    /// names.transform(path().must(1).field(|f| f.1).term(|curr| curr + 1))?;
    /// assert_eq!(names.select_one(&path().key(1).field(|f| f.1))?, Some(4));
    /// assert_eq!(names.select_one(&path().key(2).field(|f| f.1))?, None);
    /// # Ok::<(), rama_paths::PathError>(())
    /// ```
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
    #[inline]
    pub fn field<G, T, M>(self, field: G) -> PStatePath<O, M>
    where
        N::Here: HasFields,
        G: FnOnce(<N::Here as HasFields>::Fields) -> T,
        T: FieldToken<N::Here, Nav<N> = M>,
    {
        let token = field(<N::Here as HasFields>::FIELDS);
        self.then(|nav| token.nav(nav))
    }
}

/// The key of a field's rows.
#[inline(always)]
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
