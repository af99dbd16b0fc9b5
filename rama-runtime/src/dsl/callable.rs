//! What `%name(…)` calls: the type of a `ramaop`, by the function that stands for it.

use std::convert::Infallible;
use std::marker::PhantomData;

/// The type that `dataflow!` makes of a `ramaop`.
pub trait IsOperation {
    /// The operation.
    fn operation() -> Self;
}

/// What the function of a `ramaop` takes, which stands for the operation of type `T`: rustc names
/// it to those who call the operation as a Rust function. There are no values of it, and the
/// function returns nothing, so that what is done with the outcome is no second error.
pub struct CalledWithPercent<T> {
    none: Infallible,
    operation: PhantomData<fn() -> T>,
}

impl<T> CalledWithPercent<T> {
    /// Nothing, since there is no value.
    pub fn never(self) -> ! {
        match self.none {}
    }
}

impl<T> std::fmt::Debug for CalledWithPercent<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CalledWithPercent").field("operation", &self.operation).finish()
    }
}

/// The function that stands for an operation. Taking that and not the type lets rustc infer its
/// parameters, and say of a typo which operations there are.
#[diagnostic::on_unimplemented(
    message = "this is not an operation of the dataflow language",
    label = "`%` calls a `ramaop`",
    note = "a Rust function or `ramafn` is called without `%`; `%explode(…)` emits what an iterator gives"
)]
pub trait Callable<T> {
    /// The operation.
    type Operation;

    /// Makes it.
    fn operation(self) -> Self::Operation;
}

/// Marks the functions of operations.
#[derive(Debug)]
pub struct StandsFor<T>(PhantomData<T>);

impl<F, T, R> Callable<StandsFor<(T, R)>> for F
where
    F: FnOnce(CalledWithPercent<T>) -> R,
    T: IsOperation,
{
    type Operation = T;

    fn operation(self) -> T {
        T::operation()
    }
}

/// Every type, in the presence of another one: how the struct of an operation's streams mentions the
/// type parameters that no stream has.
pub trait Beside<Other> {
    /// The type.
    type Itself;
}

impl<T, Other> Beside<Other> for T {
    type Itself = T;
}

/// Nothing has it. It is a second way to be [`Callable`], so that rustc does not blame the one
/// above for what is neither, and says the message of the trait.
pub trait Nothing {}

impl<F: Nothing> Callable<()> for F {
    type Operation = F;

    fn operation(self) -> F {
        self
    }
}

/// The operation that a function stands for.
pub fn operation<T, C: Callable<T>>(function: C) -> C::Operation {
    function.operation()
}
