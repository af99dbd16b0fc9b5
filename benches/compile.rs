//! What modules cost to compile: how long the macro takes, and how long rustc takes for what it
//! makes, by the number of statements.
//!
//! It writes a crate into a directory of its own, builds what that depends on once, and then the
//! module at each size, several times, without incremental compilation. The time of an empty module
//! is taken off. It needs cargo and no network.
//!
//! `cargo bench --bench compile -- [--rounds N]`

#![allow(missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;

#[derive(Parser)]
struct Options {
    /// How often each module is compiled.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A topology with its statements behind the first two.
fn topology(name: usize, statements: &str, last: usize) -> String {
    format!(
        "microbatch t{name} {{ pstate $$p{name}: PMap<i64, i64>; sources! {{
            source> *d :> %mb; %mb() :> *x0; {statements}
            +compound $$p{name} {{ *x{last} => +count() }};
        }} }}"
    )
}

fn module(topologies: &str) -> String {
    format!("pub module M {{ depot *d: i64, random; {topologies} }}")
}

/// Statements as in a real module: values, filters, selects, branches.
fn mixed(count: usize) -> String {
    let each = |n: usize| {
        let next = n + 1;
        match n % 4 {
            0 => format!("*x{n} + 1 :> *x{next};"),
            1 => format!("local_select> $$p0.key(*x{n}).nil_to_val(0) :> *x{next};"),
            2 => format!("<<if *x{n} > 1 {{ *x{n} :> *x{next}; }} else {{ 2 :> *x{next}; }}"),
            _ => format!("filter> *x{n} > 0; *x{n} :> *x{next};"),
        }
    };
    (0..count).map(each).collect()
}

/// Statements that each begin a state.
fn hops(count: usize) -> String {
    (0..count).map(|n| format!("|hash(*x{n}); *x{n} + 1 :> *x{};", n + 1)).collect()
}

/// A crate that depends on this one.
struct Crate(PathBuf);

impl Crate {
    fn new() -> Crate {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-cost");
        std::fs::create_dir_all(dir.join("src")).expect("a directory");
        let manifest = format!(
            "[package]\nname = \"cost\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nrama = {{ path = {:?} }}\n",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::write(dir.join("Cargo.toml"), manifest).expect("a manifest");
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
        std::fs::copy(lock, dir.join("Cargo.lock")).expect("a lock file");
        Crate(dir)
    }

    /// How long cargo takes for a module.
    fn build(&self, module: &str) -> Duration {
        let main = format!(
            "use rama::{{PMap, defmodule}};\ndefmodule! {{ {module} }}\nfn main() {{ let _ = M; }}\n"
        );
        std::fs::write(self.0.join("src/main.rs"), main).expect("a source");
        let start = Instant::now();
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--offline"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", self.0.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .status()
            .expect("cargo");
        assert!(status.success(), "the module does not compile");
        start.elapsed()
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// How long the compiler of the language alone takes, without rustc.
fn expansion(module: &str) -> Duration {
    let once = || {
        let tokens = module.parse().expect("tokens");
        let start = Instant::now();
        std::hint::black_box(rama_compiler::defmodule(tokens));
        start.elapsed()
    };
    median((0..5).map(|_| once()).collect())
}

fn main() {
    let options = Options::parse();
    let built = Crate::new();
    let empty = module(&topology(0, "", 0));
    built.build(&empty);
    let timed = |module: &str| median((0..options.rounds).map(|_| built.build(module)).collect());
    let base = timed(&empty);
    println!("an empty module: {:.2} s", base.as_secs_f64());
    println!(
        "{:<42}{:>12}{:>12}{:>16}{:>16}",
        "", "expansion", "cargo build", "expansion each", "build each"
    );
    let row = |name: &str, count: usize, module: &str| {
        let (expansion, build) = (expansion(module), timed(module).saturating_sub(base));
        let each = |time: Duration| time.as_secs_f64() * 1e6 / count as f64;
        println!(
            "{name:<42}{:>9.1} ms{:>10.2} s{:>13.0} us{:>13.0} us",
            expansion.as_secs_f64() * 1e3,
            build.as_secs_f64(),
            each(expansion),
            each(build)
        );
    };
    for topologies in [10, 25, 50] {
        let all: String = (0..topologies)
            .map(|name| topology(name, &mixed(20).replace("$$p0", &format!("$$p{name}")), 20))
            .collect();
        let name = format!("{topologies} topologies of 20 statements");
        row(&name, topologies * 20, &module(&all));
    }
    for statements in [100, 200, 400] {
        let name = format!("{statements} statements in a row");
        row(&name, statements, &module(&topology(0, &mixed(statements), statements)));
    }
    for states in [250, 500, 1_000] {
        let name = format!("{states} states in a row");
        row(&name, states, &module(&topology(0, &hops(states), states)));
    }
}
