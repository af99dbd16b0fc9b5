//! `rama-inspect DIR`: what is in a data directory, and whether it is whole.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use rama_runtime::disk::RealDisk;
use rama_runtime::inspect::{InspectError, inspect, verify};

const EXIT_CODES: &str = "\
Exit codes:
  0  everything that was looked at is whole
  1  something is damaged or missing
  2  the directory cannot be looked at: it is in use, or is no data directory; or wrong arguments";

const DAMAGED: u8 = 1;
const REFUSED: u8 = 2;

/// Shows what is in a data directory: module, depots, topologies, PStates, checkpoint and log.
///
/// Nothing in the directory is changed. A directory that a process has open is refused.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES)]
struct Arguments {
    /// The data directory.
    dir: PathBuf,
    /// Also read everything and compare all checksums: the database, depots, the log.
    #[arg(long)]
    verify: bool,
}

fn main() -> ExitCode {
    let Arguments { dir, verify } = Arguments::parse();
    hide_panics_over_damage();
    match run(&dir, verify, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(DAMAGED),
        Err(error) => {
            eprintln!("rama-inspect: {}", with_sources(&*error));
            let is_damage = error.downcast_ref().is_some_and(InspectError::is_damage);
            ExitCode::from(if is_damage { DAMAGED } else { REFUSED })
        }
    }
}

/// Prints the report; says whether what was looked at is whole.
fn run(dir: &Path, with_verify: bool, out: &mut dyn Write) -> Result<bool, Box<dyn Error>> {
    let report = inspect(&RealDisk, dir)?;
    write!(out, "{report}")?;
    let mut is_whole = report.problems.is_empty();
    if with_verify {
        let verification = verify(&RealDisk, dir)?;
        write!(out, "\n{verification}")?;
        is_whole &= verification.is_whole();
    }
    out.flush()?;
    Ok(is_whole)
}

/// The database panics over some damage; it is caught, and told as damage.
fn hide_panics_over_damage() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_the_database =
            panic.location().is_some_and(|location| location.file().contains("redb"));
        if !is_the_database {
            usual(panic);
        }
    }));
}

fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
