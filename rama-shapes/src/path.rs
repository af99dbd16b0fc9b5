//! Paths as data. What a path is given when it is run is a list of arguments; a navigator has the
//! places of its own in it.

use crate::ty::Type;

/// The place of an argument.
pub type Arg = usize;

/// What an argument is.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A value of a type.
    Value(Type),
    /// Several values of a type.
    Several(Type),
    /// An index of a list.
    Index,
    /// A number of elements.
    Amount,
    /// What makes closures differ.
    Salt,
}

/// A navigator, and what it stands at.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The navigator.
    pub nav: Nav,
    /// The type of the place.
    pub from: Type,
}

/// Some navigators.
pub type Steps = Vec<Step>;

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is named after the filter")]
pub enum Comparison {
    Equal,
    NotEqual,
    LessThan,
    LessThanOrEqual,
    GreaterThan,
    GreaterThanOrEqual,
}

/// A range of a sorted map or set.
#[derive(Clone, Debug, PartialEq)]
pub enum Range {
    /// Between two keys, by default or with the start excluded and the end included.
    Between(Arg, Arg, Option<(bool, bool)>),
    /// From a key on, by default or with the start excluded, and at most so many.
    From(Arg, Option<(bool, Option<Arg>)>),
    /// Up to a key, by default or with the end included, and at most so many.
    To(Arg, Option<(bool, Option<Arg>)>),
    /// The first ones.
    FromStart(Arg),
    /// The last ones.
    ToEnd(Arg),
}

/// What is selected within a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The navigators.
    pub steps: Steps,
    /// Whether what is selected is an `Option`.
    pub is_maybe: bool,
}

/// A navigator.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is named after the method of paths")]
pub enum Nav {
    Key(Arg),
    Must(Arg),
    Nth(Arg),
    First,
    Last,
    All,
    MapVals,
    MapKeys,
    MapKey(Arg),
    SetElem(Arg),
    NoneElem,
    Subset(Arg),
    SubMap(Arg),
    IndexedVals,
    Index(Arg),
    BeforeElem,
    AfterElem,
    BeforeIndex(Arg),
    Beginning,
    End,
    Sublist(Arg, Arg),
    ContinuousSubseqs(Arg),
    FilteredList(Steps),
    SortedRange(Range),
    FilterPred(Arg),
    Filter(Comparison, Arg),
    FilterSelected(Steps),
    FilterNotSelected(Steps),
    /// To a number.
    View(Arg),
    /// To a list of numbers.
    ViewList(Arg),
    IfPath(Steps, Steps, Option<Steps>),
    CondPath(Vec<(Steps, Steps)>),
    MultiPath(Vec<Steps>),
    ContinueThenStay(Steps),
    StayThenContinue(Steps),
    Stay,
    Stop,
    Collect(Selection),
    CollectOne(Selection),
    PutCollected(Arg, Type),
    IsCollected(Arg),
    Dispense,
    Subselect(Steps),
    NilToVal(Arg),
    NilToDefault,
    Count,
    Field(usize),
    One,
    Transformed(Box<Write>),
}

/// The end of a write.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is named after the method of paths")]
pub enum End {
    /// Whether values were collected before.
    Term(Arg, bool),
    Termval(Arg),
    Update(Arg),
    None,
    Clear,
    MultiTransform(Vec<Write>),
}

/// A path that writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// The navigators.
    pub steps: Steps,
    /// The end.
    pub end: End,
    /// The type of what the navigators lead to.
    pub at: Type,
}

/// A path that is selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The navigators.
    pub steps: Steps,
    /// What it is given.
    pub params: Vec<Param>,
    /// Whether what is selected is an `Option`.
    pub is_maybe: bool,
    /// Whether it is known to lead to one place.
    pub is_single: bool,
    /// Whether it goes through something that has no order.
    pub is_unordered: bool,
}

/// A write with what it is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Transform {
    /// The path.
    pub write: Write,
    /// What it is given.
    pub params: Vec<Param>,
    /// Whether it goes through something that has no order.
    pub is_unordered: bool,
}

/// A schema and paths into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// What it was drawn from.
    pub seed: u64,
    /// The schema.
    pub schema: Type,
    /// Paths that are selected.
    pub reads: Vec<Read>,
    /// Paths that write.
    pub writes: Vec<Transform>,
}

/// Hands every navigator to `f`, also those in paths within paths.
pub fn each_step(steps: &[Step], f: &mut dyn FnMut(&Step)) {
    for step in steps {
        f(step);
        match &step.nav {
            Nav::FilteredList(sub)
            | Nav::FilterSelected(sub)
            | Nav::FilterNotSelected(sub)
            | Nav::ContinueThenStay(sub)
            | Nav::StayThenContinue(sub)
            | Nav::Subselect(sub) => each_step(sub, f),
            Nav::Collect(sub) | Nav::CollectOne(sub) => each_step(&sub.steps, f),
            Nav::IfPath(condition, then, otherwise) => {
                each_step(condition, f);
                each_step(then, f);
                otherwise.iter().for_each(|sub| each_step(sub, f));
            }
            Nav::CondPath(cases) => cases.iter().for_each(|(condition, then)| {
                each_step(condition, f);
                each_step(then, f);
            }),
            Nav::MultiPath(branches) => branches.iter().for_each(|sub| each_step(sub, f)),
            Nav::Transformed(write) => each_step_of(write, f),
            _ => {}
        }
    }
}

/// As [`each_step`], of a write.
pub fn each_step_of(write: &Write, f: &mut dyn FnMut(&Step)) {
    each_step(&write.steps, f);
    if let End::MultiTransform(writes) = &write.end {
        writes.iter().for_each(|write| each_step_of(write, f));
    }
}
