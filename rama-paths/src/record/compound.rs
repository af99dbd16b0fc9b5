//! Records: the collections, tuples and arrays of the standard library.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

use super::{Record, ShapeBuilder};

macro_rules! wrapper {
    ($($t:ident<$($p:ident $(: $bound:path)*),+>),* $(,)?) => {$(
        impl<$($p: Record $(+ $bound)*),+> Record for $t<$($p),+> {
            fn shape(shape: &mut ShapeBuilder) {
                let mut before = concat!(stringify!($t), "<");
                $(
                    shape.text(before).record::<$p>();
                    before = ", ";
                )+
                let _ = before;
                shape.text(">");
            }

            wrapper!(@take $t);
        }
    )*};
    // What has no empty value.
    (@take Result) => {};
    (@take $t:ident) => {
        #[inline]
        fn take_out(&mut self) -> Self {
            std::mem::take(self)
        }
    };
}

wrapper!(
    Option<T>,
    Result<T, E>,
    Vec<T>,
    VecDeque<T>,
    BTreeMap<K: Ord, V>,
    BTreeSet<T: Ord>,
);

impl<T: Record> Record for Box<T> {
    fn shape(shape: &mut ShapeBuilder) {
        // A box is encoded as what it holds.
        shape.record::<T>();
    }

    #[inline]
    fn take_out(&mut self) -> Self {
        Box::new((**self).take_out())
    }
}

impl<T: Record> Record for Reverse<T> {
    fn shape(shape: &mut ShapeBuilder) {
        shape.text("Reverse<").record::<T>().text(">");
    }

    #[inline]
    fn take_out(&mut self) -> Self {
        Reverse(self.0.take_out())
    }
}

impl<K, V, S> Record for HashMap<K, V, S>
where
    K: Record + Eq + Hash,
    V: Record,
    S: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    fn shape(shape: &mut ShapeBuilder) {
        shape.text("HashMap<").record::<K>().text(", ").record::<V>().text(">");
    }

    #[inline]
    fn take_out(&mut self) -> Self {
        std::mem::take(self)
    }
}

impl<T, S> Record for HashSet<T, S>
where
    T: Record + Eq + Hash,
    S: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    fn shape(shape: &mut ShapeBuilder) {
        shape.text("HashSet<").record::<T>().text(">");
    }

    #[inline]
    fn take_out(&mut self) -> Self {
        std::mem::take(self)
    }
}

macro_rules! array {
    ($($n:literal)*) => {$(
        impl<T: Record> Record for [T; $n] {
            fn shape(shape: &mut ShapeBuilder) {
                shape.text("[").record::<T>().text(concat!("; ", $n, "]"));
            }
        }
    )*};
}

// serde knows arrays up to 32; its empty array asks nothing of `T`, ours does.
array!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);

macro_rules! tuple {
    ($first:ident $($rest:ident)*) => {
        impl<$first: Record, $($rest: Record),*> Record for ($first, $($rest,)*) {
            fn shape(shape: &mut ShapeBuilder) {
                shape.text("(").record::<$first>();
                $(shape.text(", ").record::<$rest>();)*
                shape.text(")");
            }

            #[expect(non_snake_case, reason = "a name for each type")]
            #[inline]
            fn take_out(&mut self) -> Self {
                let ($first, $($rest,)*) = self;
                ($first.take_out(), $($rest.take_out(),)*)
            }
        }
        tuple!($($rest)*);
    };
    () => {};
}

tuple!(A B C D E F G H I J K L M N O P);
