//! A value in memory beside its model.

use fastrand::Rng;
use rama_shapes::data;
use rama_shapes::interpret::{self, Top};
use rama_shapes::model::Model;
use rama_shapes::path::{End, Shape};
use rama_shapes::suite::OPERATIONS;

use super::compiled::InMemory;
use super::fault;
use super::same::{same_found, same_one, same_outcome};

/// Runs random operations on a value; says what was not as in the model.
pub fn run(shape: &Shape, value: &mut dyn InMemory) -> Result<(), String> {
    let mut rng = Rng::with_seed(shape.seed ^ 0x5EED);
    let mut model = data::value(&mut rng, &shape.schema);
    value.set(&model);
    for operation in 0..OPERATIONS {
        let step = if rng.bool() {
            select(shape, value, &model, &mut rng)
        } else {
            transform(shape, value, &mut model, &mut rng)
        };
        step.map_err(|what| format!("operation {operation} on a value in memory: {what}"))?;
        // What has become empty gives paths nothing to do.
        if rng.u32(0..20) == 0 {
            model = data::value(&mut rng, &shape.schema);
            value.set(&model);
        }
    }
    Ok(())
}

fn select(shape: &Shape, value: &dyn InMemory, model: &Model, rng: &mut Rng) -> Result<(), String> {
    let at = rng.usize(0..shape.reads.len());
    let read = &shape.reads[at];
    let args = data::args(rng, &read.params);
    let found = value.select(at, &args);
    let expected = interpret::select(read, Some(model), &args);
    same_one(read, found.one, &expected)
        .and_then(|()| same_found(read, found.all, expected))
        .map_err(|what| format!("read {at} with {args:?} of {model:?}: {what}"))
}

fn transform(
    shape: &Shape,
    value: &mut dyn InMemory,
    model: &mut Model,
    rng: &mut Rng,
) -> Result<(), String> {
    let at = rng.usize(0..shape.writes.len());
    let transform = &shape.writes[at];
    if transform.write.end == End::Clear {
        return Ok(());
    }
    let args = data::args(rng, &transform.params);
    let expected = interpret::transform(&transform.write, Some(model), &args);
    let before = model.clone();
    let what = |what| format!("write {at} with {args:?} of {before:?}: {what}");
    let done = value.transform(at, &args).map_err(fault);
    same_outcome(transform, &done, &expected).map_err(what)?;
    match expected {
        // It may have changed in part.
        Err(_) => value.set(model),
        Ok(Top::Holds(Some(new))) => *model = new,
        Ok(Top::Kept | Top::Holds(None)) => {}
    }
    let found = value.value();
    if found == *model { Ok(()) } else { Err(what(format!("found {found:?}, expected {model:?}"))) }
}
