//! Writes the shapes of the suite as source.
#![allow(dead_code, missing_docs, reason = "the modules are those of the library")]

#[path = "src/data.rs"]
mod data;
#[path = "src/generate/mod.rs"]
mod generate;
#[path = "src/model.rs"]
mod model;
#[path = "src/path.rs"]
mod path;
#[path = "src/print/mod.rs"]
mod print;
#[path = "src/suite.rs"]
mod suite;
#[path = "src/ty.rs"]
mod ty;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    for file in ["src", "build.rs", "regressions.txt"] {
        println!("cargo::rerun-if-changed={file}");
    }
    for variable in [suite::COUNT, suite::SEED, suite::ONLY] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let variable = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let shapes: Vec<_> = suite::seeds(variable).into_iter().map(generate::shape).collect();
    let dir = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(dir.join("shapes.rs"), print::shapes(&shapes))?;
    Ok(())
}
