//! Draws shapes. What is drawn of a seed is always the same, and always compiles: the type of the
//! place is known after every navigator.

mod branch;
mod nav;
mod place;
mod route;
mod schema;

use fastrand::Rng;

use crate::path::{End, Param, Read, Shape, Steps, Transform, Write, each_step_of};
use crate::ty::Type;
use place::Place;

/// How many paths of a shape are selected, and how many write.
const READS: usize = 6;
const WRITES: usize = 6;
/// How many writes lead straight to a value, so that there are some.
const FILLERS: usize = 2;

/// Draws the paths of one operation.
pub(crate) struct Paths<'r> {
    rng: &'r mut Rng,
    params: Vec<Param>,
    /// How many paths within paths there are around.
    nesting: usize,
}

/// The shape of a seed.
pub fn shape(seed: u64) -> Shape {
    let mut rng = Rng::with_seed(seed);
    let schema = schema::schema(&mut rng, seed);
    let reads = (0..READS).map(|_| read(&mut rng, &schema)).collect();
    let fillers = if schema.is_value() { 1 } else { FILLERS };
    let mut writes: Vec<Transform> = (0..fillers).map(|_| filler(&mut rng, &schema)).collect();
    writes.extend((0..WRITES).map(|_| write(&mut rng, &schema)));
    Shape { seed, schema, reads, writes }
}

fn read(rng: &mut Rng, schema: &Type) -> Read {
    let mut paths = Paths { rng, params: Vec::new(), nesting: 0 };
    let length = paths.rng.usize(1..5);
    let (mut steps, place) = paths.route(&Place::top(schema), length, false);
    let place = match paths.rng.u32(0..3) {
        0 => paths.until_whole_range(&mut steps, place),
        _ => place,
    };
    let place = paths.until_value(&mut steps, place, false);
    Read {
        steps,
        params: paths.params,
        is_maybe: place.presence.is_maybe(),
        is_single: place.is_single,
        is_unordered: place.is_unordered,
    }
}

fn write(rng: &mut Rng, schema: &Type) -> Transform {
    let mut paths = Paths { rng, params: Vec::new(), nesting: 0 };
    if paths.rng.u32(0..40) == 0 {
        let write = Write { steps: Steps::new(), end: End::Clear, at: schema.clone() };
        return Transform { write, params: paths.params, is_unordered: false };
    }
    let length = paths.rng.usize(0..5);
    let write = paths.write(&Place::top(schema), length);
    let mut is_unordered = false;
    each_step_of(&write, &mut |step| is_unordered |= step.from.is_hashed());
    Transform { write, params: paths.params, is_unordered }
}

fn filler(rng: &mut Rng, schema: &Type) -> Transform {
    let mut paths = Paths { rng, params: Vec::new(), nesting: 0 };
    let (steps, place) = paths.straight(schema);
    let end = End::Termval(paths.arg(Param::Value(place.ty.clone())));
    let write = Write { steps, end, at: place.ty };
    Transform { write, params: paths.params, is_unordered: false }
}
