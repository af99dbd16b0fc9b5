//! Draws schemas.

use fastrand::Rng;

use crate::ty::Type;

/// How many structures may lie within each other.
const DEEPEST: usize = 4;

struct Schemas<'r> {
    rng: &'r mut Rng,
    seed: u64,
    structs: usize,
}

/// The schema of a shape: every third one a value.
pub(crate) fn schema(rng: &mut Rng, seed: u64) -> Type {
    let mut schemas = Schemas { rng, seed, structs: 0 };
    if seed.is_multiple_of(3) {
        return schemas.collection(2);
    }
    let depth = 1 + schemas.rng.usize(0..DEEPEST);
    schemas.structure(depth)
}

impl Schemas<'_> {
    fn key(&mut self) -> Type {
        match self.rng.u32(0..8) {
            0..4 => Type::Int,
            4..7 => Type::Str,
            _ => Type::Tuple(vec![Type::Str, Type::Int]),
        }
    }

    fn boxed_key(&mut self) -> Box<Type> {
        Box::new(self.key())
    }

    fn structure(&mut self, depth: usize) -> Type {
        match self.rng.u32(0..10) {
            0..4 => Type::PMap(self.boxed_key(), Box::new(self.element(depth - 1))),
            4 => Type::UntrackedMap(self.boxed_key(), Box::new(self.element(depth - 1))),
            5 if depth == 1 && self.rng.u32(0..4) == 0 => Type::UntrackedSet(self.boxed_key()),
            5 | 6 if depth == 1 => Type::PSet(self.boxed_key()),
            5..8 => Type::PVec(Box::new(self.element(depth - 1))),
            _ => {
                let count = self.rng.usize(2..4);
                let mut fields: Vec<Type> =
                    (1..count).map(|_| self.element((depth - 1).min(1))).collect();
                fields.push(self.element(depth - 1));
                self.structs += 1;
                Type::Fixed(format!("Fixed{}At{}", self.structs, self.seed), fields)
            }
        }
    }

    fn element(&mut self, depth: usize) -> Type {
        match depth {
            0 => self.value(2),
            _ if self.rng.u32(0..8) == 0 => self.value(2),
            _ => self.structure(depth),
        }
    }

    fn value(&mut self, depth: usize) -> Type {
        match self.rng.u32(0..10) {
            0..3 => Type::Int,
            3 => Type::Str,
            4 if depth > 0 => Type::Opt(Box::new(self.value(depth - 1))),
            5 if depth > 0 => {
                let count = self.rng.usize(2..4);
                Type::Tuple((0..count).map(|_| self.value(0)).collect())
            }
            _ if depth > 0 => self.collection(depth),
            _ => Type::Int,
        }
    }

    fn collection(&mut self, depth: usize) -> Type {
        match self.rng.u32(0..12) {
            0..4 => Type::Vec(Box::new(self.value(depth - 1))),
            4 => Type::Deque(Box::new(self.value(depth - 1))),
            5 => Type::HashMap(self.boxed_key(), Box::new(self.value(depth - 1))),
            6..9 => Type::BTreeMap(self.boxed_key(), Box::new(self.value(depth - 1))),
            9 => Type::HashSet(self.boxed_key()),
            10 => Type::BTreeSet(self.boxed_key()),
            _ => Type::Str,
        }
    }
}
