//! Fields of structs and tuples, which are values, and the tokens that name fields.

use std::fmt;
use std::marker::PhantomData;

use crate::path::nav::{FieldNav, Lens};
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

/// What finds a part `T` of a value `S`.
pub trait PartOf<S, T> {
    /// The part.
    fn get<'s>(&self, whole: &'s S) -> &'s T;

    /// The part, to change.
    fn get_mut<'s>(&self, whole: &'s mut S) -> &'s mut T;
}

/// The token of a field of a value `S`, where there is a `T` which `P` finds.
pub struct Part<S, T, P> {
    find: P,
    types: PhantomData<fn(S) -> T>,
}

impl<S, T, P: PartOf<S, T>> Part<S, T, P> {
    /// The token of what `find` finds.
    pub const fn new(find: P) -> Self {
        Self { find, types: PhantomData }
    }
}

impl<S, T, P: Clone> Clone for Part<S, T, P> {
    fn clone(&self) -> Self {
        Self { find: self.find.clone(), types: PhantomData }
    }
}

impl<S, T, P: Copy> Copy for Part<S, T, P> {}

impl<S, T, P> fmt::Debug for Part<S, T, P> {
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

impl<H, S, T, P> FieldToken<H> for Part<S, T, P>
where
    H: ValueAt<Value = S>,
    T: Record,
    P: PartOf<S, T>,
{
    type Nav<N> = Lens<N, T, P>;

    #[inline(always)]
    fn nav<N>(self, prev: N) -> Lens<N, T, P> {
        Lens::new(prev, self.find)
    }
}

/// What finds the field at an index of a struct or a tuple.
#[derive(Debug, Clone, Copy)]
pub struct PartAt<const I: usize>;

macro_rules! tuple {
    (@fields $all:tt $($p:ident $at:tt),+) => {
        $(tuple!(@field $all $p $at);)+
    };
    (@field ($($all:ident),+) $p:ident $at:tt) => {
        impl<$($all),+> PartOf<($($all,)+), $p> for PartAt<$at> {
            #[inline(always)]
            fn get<'s>(&self, whole: &'s ($($all,)+)) -> &'s $p {
                &whole.$at
            }

            #[inline(always)]
            fn get_mut<'s>(&self, whole: &'s mut ($($all,)+)) -> &'s mut $p {
                &mut whole.$at
            }
        }
    };
    ($($p:ident $at:tt),+) => {
        tuple!(@fields ($($p),+) $($p $at),+);

        impl<$($p: Record),+> RecordFields for ($($p,)+) {
            type Fields = ($(Part<Self, $p, PartAt<$at>>,)+);
            const FIELDS: Self::Fields = ($(Part::<Self, $p, _>::new(PartAt::<$at>),)+);
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
