//! What is known of the place that a path has reached.

use crate::ty::Type;

/// Whether something is at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Presence {
    Top,
    FilledTop,
    Maybe,
    Present,
}

impl Presence {
    /// Whether a value is selected as an `Option`.
    pub(crate) fn is_maybe(self) -> bool {
        matches!(self, Self::Top | Self::Maybe)
    }

    /// With a default.
    pub(crate) fn filled(self) -> Self {
        match self {
            Self::Top | Self::FilledTop => Self::FilledTop,
            Self::Maybe | Self::Present => Self::Present,
        }
    }

    /// Of a path that may come from here or from there.
    pub(crate) fn or(self, other: Self) -> Self {
        match self {
            Self::Top | Self::Maybe => self,
            Self::FilledTop | Self::Present => other,
        }
    }
}

/// A place.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) ty: Type,
    /// It is stored nowhere.
    pub(crate) is_computed: bool,
    pub(crate) is_writable: bool,
    pub(crate) presence: Presence,
    pub(crate) is_single: bool,
    pub(crate) collected: usize,
    pub(crate) is_unordered: bool,
    /// It is the place where everything began.
    pub(crate) is_top: bool,
}

impl Place {
    /// The top of a schema.
    pub(crate) fn top(schema: &Type) -> Self {
        Self {
            ty: schema.clone(),
            is_computed: false,
            is_writable: true,
            presence: Presence::Top,
            is_single: true,
            collected: 0,
            is_unordered: false,
            is_top: true,
        }
    }

    /// Where a path within this one begins.
    pub(crate) fn inner(&self) -> Self {
        Self { is_single: true, collected: 0, is_unordered: false, ..self.clone() }
    }

    /// Another place, reached from here.
    pub(crate) fn to(&self, ty: Type, presence: Presence) -> Self {
        Self { ty, presence, is_top: false, ..self.clone() }
    }

    /// The same, any number of times.
    pub(crate) fn many(self) -> Self {
        Self { is_single: false, ..self }
    }

    /// The same, computed.
    pub(crate) fn computed(self) -> Self {
        Self { is_computed: true, is_writable: false, ..self }
    }

    /// Whether values of both are of one type for the compiler.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.ty == other.ty && self.is_computed == other.is_computed
    }
}
