//! What `%name(…)` calls: the type of a `ramaop`, by its constructor.

use std::marker::PhantomData;

/// The type that `dataflow!` makes of a `ramaop`.
pub trait IsOperation {}

/// What the constructor of such a type takes: rustc names it to those who call the operation as a
/// Rust function.
pub struct CalledWithPercent<T>(PhantomData<fn() -> T>);

impl<T> Clone for CalledWithPercent<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for CalledWithPercent<T> {}

impl<T> std::fmt::Debug for CalledWithPercent<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CalledWithPercent")
    }
}

/// The constructor of such a type. Taking that and not the type lets rustc infer its parameters,
/// and say of a typo which operations there are.
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

/// Marks the constructors of operations.
#[derive(Debug)]
pub struct Constructor<T>(PhantomData<T>);

impl<F, T, R> Callable<Constructor<T>> for F
where
    F: FnOnce(CalledWithPercent<T>) -> R,
    R: IsOperation,
{
    type Operation = R;

    fn operation(self) -> R {
        self(CalledWithPercent(PhantomData))
    }
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

/// The operation with this constructor.
pub fn operation<T, C: Callable<T>>(constructor: C) -> C::Operation {
    constructor.operation()
}
