//! Chance and unique ids, as a task's code gets them.

use std::ops::RangeBounds;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::{Builder, Uuid};

/// A task's source of random numbers: not for secrets.
///
/// In a topology `%current_random_source() :> *random;` binds the task's own one. It begins with a
/// seed of the operating system, or under simulation with one of the simulation, so that a run can
/// be repeated. A microbatch that is tried again goes on with other numbers. Clones are the same
/// source. It belongs to its task and cannot be carried across a partitioner.
///
/// ```
/// use rama_runtime::RandomSource;
///
/// let (a, b) = (RandomSource::with_seed(7), RandomSource::with_seed(7));
/// assert_eq!(a.next_u64(), b.next_u64());
/// assert!((1..=6).contains(&a.range(1..=6)));
/// ```
#[derive(Clone, Debug)]
pub struct RandomSource(Arc<Mutex<fastrand::Rng>>);

impl RandomSource {
    /// A source that gives the same numbers for the same seed.
    pub fn with_seed(seed: u64) -> Self {
        RandomSource(Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))))
    }

    /// The source of a task; `seed` is that of a simulation.
    pub(crate) fn of_task(seed: Option<u64>, task: u32) -> Self {
        match seed {
            // Neighbouring seeds and tasks get streams that have nothing in common.
            Some(seed) => {
                let mut mixer = fastrand::Rng::with_seed(seed ^ 0x7461_736b);
                let mixed = mixer.u64(..) ^ u64::from(task).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                Self::with_seed(mixed)
            }
            None => RandomSource(Arc::new(Mutex::new(fastrand::Rng::new()))),
        }
    }

    fn rng(&self) -> MutexGuard<'_, fastrand::Rng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Any `u64`.
    pub fn next_u64(&self) -> u64 {
        self.rng().u64(..)
    }

    /// A number within a range of any type of integers.
    ///
    /// # Panics
    ///
    /// When the range is empty.
    pub fn range<T: RandomInteger>(&self, range: impl RangeBounds<T>) -> T {
        T::draw(&mut self.rng(), range)
    }

    /// A number from 0 to below 1.
    pub fn next_f64(&self) -> f64 {
        self.rng().f64()
    }

    /// `true` or `false`.
    pub fn next_bool(&self) -> bool {
        self.rng().bool()
    }

    /// Fills a slice with random bytes.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.rng().fill(bytes);
    }

    /// Puts the elements of a slice in a random order.
    pub fn shuffle<T>(&self, elements: &mut [T]) {
        self.rng().shuffle(elements);
    }
}

/// An integer that [`RandomSource::range`] draws.
pub trait RandomInteger: Sized {
    #[doc(hidden)]
    fn draw(random: &mut fastrand::Rng, range: impl RangeBounds<Self>) -> Self;
}

macro_rules! integers {
    ($($t:ident)*) => {$(
        impl RandomInteger for $t {
            fn draw(random: &mut fastrand::Rng, range: impl RangeBounds<$t>) -> $t {
                random.$t(range)
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// Makes version 7 UUIDs whose order is that in which a task made them.
#[derive(Debug, Default)]
pub(crate) struct UuidSource {
    /// Time of the last one, in milliseconds since 1970.
    millis: u64,
    /// Its number within the millisecond, 12 bits.
    counter: u16,
}

/// Bits of the number within a millisecond.
const COUNTER_BITS: u32 = 12;

impl UuidSource {
    /// The next one; `now` is in milliseconds since 1970 and may go back.
    pub(crate) fn next(&mut self, now: u64, random: &RandomSource) -> Uuid {
        let mut bits = [0; 10];
        random.fill(&mut bits);
        // Half of the numbers are left above where a millisecond begins.
        let start = u16::from_be_bytes([bits[0], bits[1]]) >> (17 - COUNTER_BITS);
        if now > self.millis {
            (self.millis, self.counter) = (now, start);
        } else if self.counter + 1 < 1 << COUNTER_BITS {
            self.counter += 1;
        } else {
            // As RFC 9562 allows: the time runs ahead rather than the order be lost.
            (self.millis, self.counter) = (self.millis + 1, start);
        }
        [bits[0], bits[1]] = self.counter.to_be_bytes();
        Builder::from_unix_timestamp_millis(self.millis, &bits).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_sorted_whatever_the_clock_does() {
        let (mut uuids, random) = (UuidSource::default(), RandomSource::with_seed(1));
        let mut last = Uuid::nil();
        // A millisecond with more of them than there are numbers, and a clock that goes back.
        let times = std::iter::repeat_n(1_000, 10_000).chain([999, 5, 2_000, 2_000, 1_500, 70_000]);
        for now in times {
            let next = uuids.next(now, &random);
            assert!(last < next, "{last} {next}");
            assert_eq!(next.get_version_num(), 7);
            assert_eq!(next.get_variant(), uuid::Variant::RFC4122);
            last = next;
        }
        let (seconds, nanos) = last.get_timestamp().expect("version 7 has a time").to_unix();
        assert_eq!((seconds, nanos), (70, 0));
    }

    #[test]
    fn tasks_have_sources_of_their_own_and_seeds_repeat_them() {
        let first = |seed, task| RandomSource::of_task(seed, task).next_u64();
        assert_eq!(first(Some(1), 0), first(Some(1), 0));
        assert_ne!(first(Some(1), 0), first(Some(1), 1));
        assert_ne!(first(Some(1), 0), first(Some(2), 0));
        assert_ne!(first(None, 0), first(None, 0));
    }
}
