//! Names and patterns. The first letter of a name tells its type, except for those with `x`.

use super::{Generator, Open};
use crate::ast::{Name, Pattern, Site, Type};
use crate::form::Form;
use crate::scope::Scope;

impl Generator {
    /// The type of a visible variable, if it may be used like any other.
    pub(super) fn type_of(&self, name: &str, scope: &Scope) -> Option<Type> {
        match name.chars().next()? {
            'n' | 'i' | 'd' | 't' => Some(Type::Int),
            'l' => Some(Type::List),
            'p' => Some(Type::Pair),
            's' => Some(Type::Shape),
            'f' => self.locals.get(name).cloned(),
            'x' => self.retyped.get(&(name.to_owned(), *scope.get(name)?.last()?)).cloned(),
            _ => None,
        }
    }

    /// The visible variables of a type.
    pub(super) fn variables(&self, of: &Type, scope: &Scope) -> Vec<Name> {
        scope
            .keys()
            .filter(|name| self.type_of(name, scope).as_ref() == Some(of))
            .cloned()
            .collect()
    }

    /// One of them, rather a new than an old one.
    pub(super) fn variable(&mut self, of: &Type, scope: &Scope) -> Option<Name> {
        let mut names = self.variables(of, scope);
        if names.is_empty() {
            return None;
        }
        let (one, other) = (self.rng.usize(0..names.len()), self.rng.usize(0..names.len()));
        let age = |at: usize| scope.get(&names[at]).and_then(|sites| sites.last());
        let chosen = if age(one) > age(other) { one } else { other };
        Some(names.swap_remove(chosen))
    }

    /// A name to bind, perhaps one that is bound already; one of more of them if many are `taken`.
    fn name(&mut self, of: &Type, taken: usize) -> Name {
        let (prefix, count) = match of {
            Type::Int => ("n", 6),
            Type::List => ("l", 3),
            Type::Pair => ("p", 2),
            _ => ("s", 2),
        };
        format!("{prefix}{}", self.rng.usize(1..=count + taken))
    }

    /// A pattern that binds a value of this type to names not yet `taken`.
    pub(super) fn pattern(&mut self, of: &Type, taken: &mut Vec<Name>) -> Pattern {
        if *of == Type::Pair && self.is_on(Form::Tuple) && self.chance(50) {
            self.mark(Form::Tuple);
            let first =
                if self.chance(15) { Pattern::Any } else { self.pattern(&Type::Int, taken) };
            return Pattern::Pair(Box::new(first), Box::new(self.pattern(&Type::Int, taken)));
        }
        Pattern::Bind(self.fresh_name(of, taken), of.clone(), false)
    }

    /// A name not yet `taken`.
    pub(super) fn fresh_name(&mut self, of: &Type, taken: &mut Vec<Name>) -> Name {
        loop {
            let name = self.name(of, taken.len());
            if !taken.contains(&name) {
                taken.push(name.clone());
                return name;
            }
        }
    }

    /// A pattern for each type.
    pub(super) fn patterns(&mut self, of: &[Type]) -> Vec<Pattern> {
        let mut taken = Vec::new();
        of.iter().map(|of| self.pattern(of, &mut taken)).collect()
    }

    /// A name whose type is another each time that it is bound, where no branches come together.
    pub(super) fn retyped(&mut self, of: &Type, site: Site, open: &Open) -> Option<Pattern> {
        if !self.is_on(Form::Retyped) || !open.walk.anchors.is_empty() {
            return None;
        }
        self.mark(Form::Retyped);
        let name = format!("x{}", self.rng.u32(1..=2));
        self.retyped.insert((name.clone(), site), of.clone());
        Some(Pattern::Bind(name, of.clone(), false))
    }
}
