//! Writes the programs of the suite as source.
#![allow(dead_code, missing_docs, reason = "the modules are those of the library")]

#[path = "src/ast.rs"]
mod ast;
#[path = "src/form.rs"]
mod form;
#[path = "src/generate/mod.rs"]
mod generate;
#[path = "src/interpret/mod.rs"]
mod interpret;
#[path = "src/print/mod.rs"]
mod print;
#[path = "src/scope.rs"]
mod scope;
#[path = "src/suite.rs"]
mod suite;
#[path = "src/value.rs"]
mod value;

use std::error::Error;
use std::path::PathBuf;

use ast::{Kind, Program};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=build.rs");
    for variable in [suite::COUNT, suite::SEED, suite::ONLY] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let variable = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let programs = suite::programs(variable);
    let (blocks, topologies): (Vec<Program>, Vec<Program>) =
        programs.into_iter().partition(|program| program.kind == Kind::StandAlone);
    let dir = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(dir.join("blocks.rs"), print::blocks(&blocks))?;
    std::fs::write(dir.join("topologies.rs"), print::topologies(&topologies, suite::PER_MODULE))?;
    Ok(())
}
