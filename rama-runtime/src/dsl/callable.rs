//! What `%name(…)` calls: the type of a `ramaop`, by its constructor.

use std::marker::PhantomData;

/// The type that `dataflow!` makes of a `ramaop`.
pub trait IsOperation {}

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

impl<F, T, R> Callable<T> for F
where
    F: FnOnce(PhantomData<fn() -> T>) -> R,
    R: IsOperation,
{
    type Operation = R;

    fn operation(self) -> R {
        self(PhantomData)
    }
}

/// The operation with this constructor.
pub fn operation<T, C: Callable<T>>(constructor: C) -> C::Operation {
    constructor.operation()
}
