//! Whether a nested structure keeps its size.

/// Whether a nested [`PMap`](super::PMap) or [`PSet`](super::PSet) keeps its size: [`Tracked`] or
/// [`Untracked`].
pub trait Tracking: Send + Sync + 'static {
    /// Whether it does.
    const TRACKED: bool;
    /// What the shape of the schema has for it.
    #[doc(hidden)]
    const SHAPE: &'static str;
}

/// The size is kept: `count` is one read, and a write reads whether its element is there.
#[derive(Debug)]
pub struct Tracked;

/// The size is not kept: `count` goes through all elements, and to put or to remove one reads nothing
/// but the row of the structure.
///
/// ```
/// use rama_paths::{Costs, PMap, Partition, PStatePath, Root, Untracked};
///
/// type Seen = PMap<i64, PMap<i64, i64, Untracked>>;
/// let mut seen = Partition::<Seen>::new();
/// let path = || PStatePath::<(), Root<Seen>>::new();
/// seen.transform(path().key(1).key(7).termval(1))?;
/// seen.apply();
/// let (_, costs) = Costs::of(|| seen.transform(path().key(1).key(7).termval(2)));
/// assert_eq!((costs.reads, costs.writes), (1, 1));
/// assert_eq!(seen.select_one(&path().key(1).count())?, 1);
/// # Ok::<(), rama_paths::PathError>(())
/// ```
#[derive(Debug)]
pub struct Untracked;

impl Tracking for Tracked {
    const TRACKED: bool = true;
    const SHAPE: &'static str = "";
}

impl Tracking for Untracked {
    const TRACKED: bool = false;
    const SHAPE: &'static str = ", Untracked";
}
