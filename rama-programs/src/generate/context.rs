//! What a statement may do where it stands.

use crate::ast::{Callee, Kind, Name, Type};

/// The surroundings of a block.
#[derive(Clone, Default)]
pub(super) struct Context {
    /// What `:>` takes: out of a loop, or to the default stream of an operation.
    pub(super) emits: Option<Vec<Type>>,
    /// The named streams of the operation.
    pub(super) streams: Vec<(Name, Vec<Type>)>,
    /// What the program puts out, if it can from here; `None` in it means anything.
    pub(super) outs: Option<Option<Vec<Type>>>,
    /// The loop, as `continue>` sees it.
    pub(super) again: Option<Again>,
    /// `%self`, where it may be called.
    pub(super) itself: Option<Callable>,
    /// In a function: everything emits once.
    pub(super) is_pure: bool,
    /// Partitioners are allowed.
    pub(super) hops: bool,
    /// Variables of the Rust code around are visible.
    pub(super) outer: bool,
    /// How deep it is.
    pub(super) depth: usize,
}

/// A loop: its counter, and the types of its other variables.
#[derive(Clone)]
pub(super) struct Again {
    pub(super) counter: Name,
    pub(super) vars: Vec<Type>,
    /// The counter is known to be positive here.
    pub(super) is_guarded: bool,
}

/// What may be called, and how.
#[derive(Clone)]
pub(super) struct Callable {
    pub(super) callee: Callee,
    pub(super) params: Vec<Type>,
    pub(super) outs: Vec<Type>,
    pub(super) streams: Vec<(Name, Vec<Type>)>,
    /// Its first argument must be small.
    pub(super) recursive: bool,
    pub(super) is_function: bool,
    /// The variable whose value, less one, is the first argument.
    pub(super) counter: Option<Name>,
}

impl Context {
    /// That of the body of a program.
    pub(super) fn of_program(kind: Kind, outs: &[Type]) -> Self {
        let stand_alone = kind == Kind::StandAlone;
        Context {
            outs: Some(stand_alone.then(|| outs.to_vec())),
            hops: !stand_alone,
            outer: stand_alone,
            ..Context::default()
        }
    }

    /// One block deeper.
    pub(super) fn deeper(&self) -> Self {
        Context { depth: self.depth + 1, ..self.clone() }
    }
}
