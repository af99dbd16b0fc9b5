//! Values collected on the way, which are selected with what the path leads to.

/// The values collected so far, as a tuple; `()` if there are none.
pub trait Collected: Clone + 'static {
    /// These and one more.
    type Push<C: Clone + 'static>: Collected;
    /// What is selected where the path leads to a `V`: `V` alone, or a tuple that ends with it.
    type With<V>;

    /// Adds a collected value.
    #[doc(hidden)]
    fn push<C: Clone + 'static>(&self, value: C) -> Self::Push<C>;

    /// Gives the value that was added last back.
    #[doc(hidden)]
    fn pop<C: Clone + 'static>(pushed: Self::Push<C>) -> C;

    /// The collected values with what the path leads to.
    #[doc(hidden)]
    fn with<V>(&self, value: V) -> Self::With<V>;
}

impl Collected for () {
    type Push<C: Clone + 'static> = (C,);
    type With<V> = V;

    #[inline(always)]
    fn push<C: Clone + 'static>(&self, value: C) -> (C,) {
        (value,)
    }

    #[inline(always)]
    fn pop<C: Clone + 'static>((value,): (C,)) -> C {
        value
    }

    #[inline(always)]
    fn with<V>(&self, value: V) -> V {
        value
    }
}

macro_rules! collected {
    ($($t:ident)+) => {
        impl<$($t: Clone + 'static),+> Collected for ($($t,)+) {
            type Push<New: Clone + 'static> = ($($t,)+ New);
            type With<V> = ($($t,)+ V);

            #[inline(always)]
            #[expect(non_snake_case, reason = "a name for each type")]
            fn push<New: Clone + 'static>(&self, value: New) -> Self::Push<New> {
                let ($($t,)+) = self;
                ($($t.clone(),)+ value)
            }

            #[inline(always)]
            fn pop<New: Clone + 'static>(pushed: Self::Push<New>) -> New {
                let (.., value) = pushed;
                value
            }

            #[inline(always)]
            #[expect(non_snake_case, reason = "a name for each type")]
            fn with<V>(&self, value: V) -> Self::With<V> {
                let ($($t,)+) = self;
                ($($t.clone(),)+ value)
            }
        }
    };
}

collected!(A);
collected!(A B);
collected!(A B C);
collected!(A B C D);
collected!(A B C D E);

/// A seventh value: the first six become a tuple of their own.
impl<A, B, C, D, E, F> Collected for (A, B, C, D, E, F)
where
    A: Clone + 'static,
    B: Clone + 'static,
    C: Clone + 'static,
    D: Clone + 'static,
    E: Clone + 'static,
    F: Clone + 'static,
{
    type Push<New: Clone + 'static> = (Self, New);
    type With<V> = (A, B, C, D, E, F, V);

    fn push<New: Clone + 'static>(&self, value: New) -> (Self, New) {
        (self.clone(), value)
    }

    fn pop<New: Clone + 'static>((_, value): (Self, New)) -> New {
        value
    }

    fn with<V>(&self, value: V) -> Self::With<V> {
        let (a, b, c, d, e, f) = self.clone();
        (a, b, c, d, e, f, value)
    }
}
