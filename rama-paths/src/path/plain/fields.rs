//! Fields of structs and tuples, which are values, and the tokens that name fields.

use std::fmt;

use crate::path::nav::{FieldNav, ValueField};
use crate::path::{Location, ReadOnly, ValueAt};
use crate::record::Record;
use crate::schema::{Field, FieldAt};

/// A place with fields: fixed keys, or the value of a struct or a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fields: `.field(…)` needs a struct with `#[derive(PState)]` or `#[derive(Record)]`, or a tuple, at this place of the path",
    label = "there is no struct at this place of the path"
)]
pub trait HasFields: Location {
    /// The tokens that [`field`](crate::PStatePath::field) hands to its closure.
    type Fields;
    /// The tokens.
    const FIELDS: Self::Fields;
}

/// A struct or a tuple that is a value. `#[derive(Record)]` implements it for structs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fields: `.field(…)` needs a struct with `#[derive(PState)]` or `#[derive(Record)]`, or a tuple, at this place of the path",
    label = "there is no struct at this place of the path"
)]
pub trait RecordFields: Record {
    /// The tokens that [`field`](crate::PStatePath::field) hands to its closure: under each field's name.
    type Fields;
    /// The tokens.
    const FIELDS: Self::Fields;
}

#[diagnostic::do_not_recommend]
impl<V: RecordFields> HasFields for V {
    type Fields = V::Fields;
    const FIELDS: V::Fields = V::FIELDS;
}

#[diagnostic::do_not_recommend]
impl<V: RecordFields> HasFields for ReadOnly<V> {
    type Fields = V::Fields;
    const FIELDS: V::Fields = V::FIELDS;
}

/// The token of a field of a value `S`, where there is a `T`.
pub struct Part<S, T> {
    pub(crate) get: fn(&S) -> &T,
    pub(crate) get_mut: fn(&mut S) -> &mut T,
}

impl<S, T> Part<S, T> {
    /// The token of what these two find.
    pub const fn new(get: fn(&S) -> &T, get_mut: fn(&mut S) -> &mut T) -> Self {
        Self { get, get_mut }
    }
}

impl<S, T> Clone for Part<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, T> Copy for Part<S, T> {}

impl<S, T> fmt::Debug for Part<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Part")
    }
}

/// A token that names a field at a place `H`.
#[diagnostic::on_unimplemented(
    message = "this is no field that a path can go to: the closure of `.field(…)` returns one, `|f| f.name`, whose type can be stored",
    label = "returns no field of the struct"
)]
pub trait FieldToken<H> {
    /// The navigator to the field.
    #[doc(hidden)]
    type Nav<N>;

    /// Goes on to the field.
    #[doc(hidden)]
    fn nav<N>(self, prev: N) -> Self::Nav<N>;
}

impl<S: FieldAt<I>, const I: usize> FieldToken<S> for Field<S, I> {
    type Nav<N> = FieldNav<N, I>;

    #[inline(always)]
    fn nav<N>(self, prev: N) -> FieldNav<N, I> {
        FieldNav::new(prev)
    }
}

impl<H, S, T> FieldToken<H> for Part<S, T>
where
    H: ValueAt<Value = S>,
    T: Record,
{
    type Nav<N> = ValueField<N, S, T>;

    #[inline(always)]
    fn nav<N>(self, prev: N) -> ValueField<N, S, T> {
        ValueField::new(prev, self.get, self.get_mut)
    }
}

macro_rules! tuple {
    ($($p:ident $at:tt),+) => {
        impl<$($p: Record),+> RecordFields for ($($p,)+) {
            type Fields = ($(Part<Self, $p>,)+);
            const FIELDS: Self::Fields =
                ($(Part::new(|whole: &Self| &whole.$at, |whole: &mut Self| &mut whole.$at),)+);
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
