//! When the records in memory were appended.

use std::collections::VecDeque;

/// The append times of consecutive records. They never go back, so only changes are kept.
#[derive(Debug, Default)]
pub(super) struct AppendTimes {
    /// Offset of the first record of each time, and the time in milliseconds since 1970.
    changes: VecDeque<(u64, u64)>,
}

impl AppendTimes {
    /// Notes the record at `offset`, the next one.
    pub(super) fn push(&mut self, offset: u64, millis: u64) {
        if self.changes.back().is_none_or(|(_, last)| *last != millis) {
            self.changes.push_back((offset, millis));
        }
    }

    /// Forgets the records before `offset`.
    pub(super) fn forget_before(&mut self, offset: u64) {
        while self.changes.get(1).is_some_and(|(next, _)| *next <= offset) {
            self.changes.pop_front();
        }
        if let Some((first, _)) = self.changes.front_mut() {
            *first = offset.max(*first);
        }
    }

    /// The time of the first record, if there is one.
    pub(super) fn first(&self) -> Option<u64> {
        self.changes.front().map(|(_, millis)| *millis)
    }

    /// The offset of the first record that was appended at `millis` or later.
    pub(super) fn first_since(&self, millis: u64) -> Option<u64> {
        let at = self.changes.partition_point(|(_, time)| *time < millis);
        self.changes.get(at).map(|(offset, _)| *offset)
    }
}

#[cfg(test)]
mod tests {
    use super::AppendTimes;

    #[test]
    fn the_first_record_since_a_time_is_found_also_when_old_ones_are_forgotten() {
        let times = [5_u64, 5, 5, 7, 7, 9, 9, 9, 9, 12];
        for forgotten in 0..times.len() {
            let mut known = AppendTimes::default();
            for (offset, millis) in (0..).zip(times) {
                known.push(offset, millis);
            }
            known.forget_before(forgotten as u64);
            assert_eq!(known.first(), Some(times[forgotten]));
            for millis in 0..14 {
                let first = (forgotten..times.len()).find(|at| times[*at] >= millis);
                assert_eq!(known.first_since(millis), first.map(|at| at as u64), "{forgotten}");
            }
        }
    }
}
