//! Writes shapes as source.

mod path;
mod ty;

pub use path::{read, write};
pub use ty::{schema, structs};

use std::fmt::Write as _;

use crate::path::{End, Shape};

/// The whole shape, for a reader.
pub fn shape(shape: &Shape) -> String {
    let mut text = structs(&shape.schema);
    let _ = writeln!(text, "type S = {};", schema(&shape.schema));
    for (at, path) in shape.reads.iter().enumerate() {
        let _ = writeln!(text, "read {at}: {}", read(&path.steps));
    }
    for (at, transform) in shape.writes.iter().enumerate() {
        let _ = writeln!(text, "write {at}: {}", write(&transform.write));
    }
    text
}

/// The source of the tests: a module for each shape, and a table of them.
pub fn shapes(shapes: &[Shape]) -> String {
    let (mut text, mut table) = (String::new(), String::new());
    for shape in shapes {
        module(shape, &mut text);
        let seed = shape.seed;
        let make = if shape.schema.is_value() { "of_values" } else { "of_structures" };
        let _ = writeln!(table, "    ({seed}, || {make}(&s{seed}::PATHS)),");
    }
    let _ = write!(text, "const SHAPES: &[(u64, fn() -> Compiled)] = &[\n{table}];\n");
    text
}

fn module(shape: &Shape, text: &mut String) {
    let is_value = shape.schema.is_value();
    let _ = write!(
        text,
        "mod s{} {{\nuse super::*;\n{}pub type S = {};\n\
         fn p() -> PStatePath<(), Root<S>> {{ PStatePath::new() }}\n",
        shape.seed,
        structs(&shape.schema),
        schema(&shape.schema)
    );
    let (mut reads, mut writes) = (String::new(), String::new());
    for (at, path) in shape.reads.iter().enumerate() {
        let (source, how) = (read(&path.steps), if path.is_single { "one" } else { "all" });
        let run = if is_value { format!("value_{how}!(v, p)") } else { format!("{how}(v, &p)") };
        let _ = writeln!(
            text,
            "fn r{at}(v: &Source<'_, S>, a: &Args) -> Found {{ let p = {source}; {run} }}"
        );
        let _ = write!(reads, "r{at}, ");
    }
    for (at, transform) in shape.writes.iter().enumerate() {
        let source = write(&transform.write);
        let run = if is_value && transform.write.end != End::Clear {
            "value_transform!(t, p)"
        } else {
            "transform(t, p)"
        };
        let _ = writeln!(
            text,
            "fn w{at}(t: Target<'_, S>, a: &Args) -> Result<(), PathError> \
             {{ let p = {source}; {run} }}"
        );
        let _ = write!(writes, "w{at}, ");
    }
    let _ = write!(
        text,
        "pub static PATHS: Paths<S> = Paths {{ reads: &[{reads}], writes: &[{writes}] }};\n}}\n"
    );
}
