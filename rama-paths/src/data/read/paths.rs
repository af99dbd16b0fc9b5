//! Navigators that have paths within them, and what is collected on the way.

use std::borrow::Cow;

use super::super::{DataPathError, Datum, Step};
use super::{At, Next, Run, Stop, Trail, Walk};

impl Run<'_> {
    /// Navigators that go on by other paths, or by whether these lead anywhere.
    pub(super) fn branch(
        self,
        step: &Step,
        trail: Trail<'_>,
        collected: &[Datum],
        at: At<'_>,
        next: &mut Next<'_>,
    ) -> Walk {
        match step {
            Step::FilterSelected(path) => {
                match self.leads_anywhere(path, trail.within(0), at.again())? {
                    true => next(collected, at),
                    false => Ok(()),
                }
            }
            Step::FilterNotSelected(path) => {
                match self.leads_anywhere(path, trail.within(0), at.again())? {
                    true => Ok(()),
                    false => next(collected, at),
                }
            }
            Step::IfPath { condition, then, otherwise } => {
                let holds = self.leads_anywhere(condition, trail.within(0), at.again())?;
                match (holds, otherwise) {
                    (true, _) => self.path(then, trail.within(1), collected, at, next),
                    (false, Some(otherwise)) => {
                        self.path(otherwise, trail.within(2), collected, at, next)
                    }
                    (false, None) => Ok(()),
                }
            }
            Step::CondPath(cases) => {
                for (case, index) in cases.iter().zip((0..).step_by(2)) {
                    if self.leads_anywhere(&case.condition, trail.within(index), at.again())? {
                        let trail = trail.within(index + 1);
                        return self.path(&case.then, trail, collected, at, next);
                    }
                }
                Ok(())
            }
            Step::MultiPath(paths) => paths.iter().enumerate().try_for_each(|(index, path)| {
                self.path(path, trail.within(index), collected, at.again(), next)
            }),
            Step::ContinueThenStay(path) => {
                self.path(path, trail.within(0), collected, at.again(), next)?;
                next(collected, at)
            }
            Step::StayThenContinue(path) => {
                next(collected, at.again())?;
                self.path(path, trail.within(0), collected, at, next)
            }
            _ => next(collected, at),
        }
    }

    /// What is collected behind a step; none if the path ends there.
    pub(in crate::data) fn collect<'c>(
        self,
        step: &Step,
        trail: Trail<'_>,
        collected: &'c [Datum],
        at: At<'_>,
    ) -> Result<Option<Cow<'c, [Datum]>>, Stop> {
        let with = |value: Datum| {
            Some(Cow::Owned(collected.iter().cloned().chain([value]).collect::<Vec<_>>()))
        };
        Ok(match step {
            Step::Collect(path) => with(Datum::List(self.values(path, trail.within(0), at)?)),
            Step::CollectOne(path) => {
                let mut values = self.values(path, trail.within(0), at)?;
                match (values.len(), values.pop()) {
                    (1, Some(value)) => with(value),
                    (found, _) => {
                        let at = trail.position();
                        return Err(DataPathError::NotOneCollected { at, found }.into());
                    }
                }
            }
            Step::PutCollected(value) => with(value.clone()),
            Step::IsCollected(test) => {
                let list = Datum::List(collected.to_vec());
                let holds = self.functions.test(test, &[&list]);
                match holds.map_err(|source| trail.function(source))? {
                    true => Some(Cow::Borrowed(collected)),
                    false => None,
                }
            }
            Step::Dispense => Some(Cow::Borrowed(&[])),
            _ => Some(Cow::Borrowed(collected)),
        })
    }
}
