//! Aggregators: values folded into a place.

mod count;
mod max;
mod min;
mod sum;

#[cfg(test)]
mod tests;

pub use count::{Count, Counter, count};
pub use max::{Max, max};
pub use min::{Min, Rank, min};
pub use sum::{Sum, Summand, sum};

/// Folds something into a value of type `V`.
#[diagnostic::on_unimplemented(
    message = "this aggregator does not make a `{V}`, which is what the place holds",
    label = "the place holds a `{V}`"
)]
pub trait Aggregator<V> {
    /// The value after this one; `current` is `None` where nothing is stored yet.
    fn update(self, current: Option<V>) -> V;
}
