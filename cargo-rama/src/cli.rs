//! The command `cargo rama fmt`.

use crate::files::{self, Found, Packages, Selection};
use crate::{format_markdown, format_rust};
use clap::{Args, Parser, Subcommand};
use similar::TextDiff;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What cargo runs as `cargo rama`.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo", version)]
struct Cargo {
    #[command(subcommand)]
    command: CargoCommand,
}

#[derive(Subcommand)]
enum CargoCommand {
    /// Tools for rama's dataflow language
    #[command(version, subcommand)]
    Rama(RamaCommand),
}

#[derive(Subcommand)]
enum RamaCommand {
    /// Format what stands in `defmodule!`, `sources!` and `dataflow!`
    Fmt(Fmt),
}

#[derive(Args)]
struct Fmt {
    /// Files, and directories with Rust files; by default the package around the current directory.
    /// Of a Markdown file, its Rust code is formatted
    paths: Vec<PathBuf>,
    /// Format all packages of the workspace
    #[arg(long, conflicts_with = "paths")]
    all: bool,
    /// Leave this file or directory out
    #[arg(long, value_name = "PATH")]
    exclude: Vec<PathBuf>,
    /// Write no file; print what would be changed, and exit with 1 if there is anything
    #[arg(long)]
    check: bool,
    /// Format Rust code from the standard input to the standard output
    #[arg(long, conflicts_with_all = ["paths", "all", "exclude"])]
    stdin: bool,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let Cargo { command: CargoCommand::Rama(RamaCommand::Fmt(fmt)) } = Cargo::parse();
    match fmt.run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Fmt {
    /// Whether all is well: everything could be read and written, and there is nothing to change if it
    /// is a check.
    fn run(&self) -> io::Result<bool> {
        if self.stdin {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text)?;
            return self.one(Path::new("<stdin>"), &text);
        }
        let Found { files, problems } = self.files()?;
        let mut well = problems.is_empty();
        for (path, error) in problems {
            report(&path, &error);
        }
        for path in files {
            // One file that cannot be read or written does not keep others from being formatted.
            let formatted = std::fs::read_to_string(&path).and_then(|text| self.one(&path, &text));
            well &= formatted.unwrap_or_else(|error| {
                report(&path, &error);
                false
            });
        }
        Ok(well)
    }

    fn files(&self) -> io::Result<Found> {
        if !self.paths.is_empty() {
            let (paths, exclude) = (&*self.paths, &*self.exclude);
            return Ok(Selection { paths, exclude, are_packages: false }.find());
        }
        let Packages { directories, target } = files::packages(self.all)?;
        let mut exclude = self.exclude.clone();
        exclude.extend(target);
        let Found { files, problems } =
            Selection { paths: &directories, exclude: &exclude, are_packages: true }.find();
        let here = std::env::current_dir()?.canonicalize()?;
        let shown = |path: PathBuf| match path.strip_prefix(&here) {
            Ok(relative) => relative.to_owned(),
            Err(_) => path,
        };
        Ok(Found { files: files.into_iter().map(shown).collect(), problems })
    }

    /// Formats one file; answers as [`Self::run`].
    fn one(&self, path: &Path, text: &str) -> io::Result<bool> {
        let is_markdown = path.extension().is_some_and(|extension| extension == "md");
        let formatted = if is_markdown { format_markdown(text) } else { format_rust(text) };
        let formatted = match formatted {
            Ok(formatted) => formatted,
            Err(problems) => {
                for problem in problems {
                    eprintln!("error: {}:{problem}", path.display());
                }
                return Ok(false);
            }
        };
        if self.check {
            if formatted != text {
                print_difference(path, text, &formatted)?;
            }
            return Ok(formatted == text);
        }
        if self.stdin {
            io::stdout().write_all(formatted.as_bytes())?;
        } else if formatted != text {
            files::replace(path, &formatted)?;
        }
        Ok(true)
    }
}

fn report(path: &Path, error: &io::Error) {
    eprintln!("error: {}: {error}", path.display());
}

fn print_difference(path: &Path, text: &str, formatted: &str) -> io::Result<()> {
    let path = path.display().to_string();
    let difference = TextDiff::from_lines(text, formatted);
    let mut difference = difference.unified_diff();
    write!(io::stdout(), "{}", difference.header(&path, &format!("{path} (formatted)")))
}
