//! Which files are formatted, and how they are replaced.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::NamedTempFile;

/// The files at `paths`: those that are named, and all Rust files in directories. If these are the
/// directories of packages, other packages in them are left out.
pub(crate) struct Selection<'a> {
    pub(crate) paths: &'a [PathBuf],
    pub(crate) exclude: &'a [PathBuf],
    pub(crate) are_packages: bool,
}

/// What was found at some paths.
#[derive(Default)]
pub(crate) struct Found {
    /// The files, in order, each of them once.
    pub(crate) files: Vec<PathBuf>,
    /// The paths that do not exist or cannot be read, and why.
    pub(crate) problems: Vec<(PathBuf, io::Error)>,
}

impl Selection<'_> {
    pub(crate) fn find(&self) -> Found {
        let excluded: Vec<PathBuf> = self.exclude.iter().map(|path| absolute(path)).collect();
        let mut found = Found::default();
        for path in self.paths {
            match std::fs::metadata(path) {
                Ok(metadata) if metadata.is_dir() => self.walk(path, &excluded, &mut found),
                Ok(_) if is_excluded(path, &excluded) => {}
                Ok(_) => found.files.push(path.clone()),
                Err(error) => found.problems.push((path.clone(), error)),
            }
        }
        found.files.sort();
        found.files.dedup();
        found
    }

    fn walk(&self, directory: &Path, excluded: &[PathBuf], found: &mut Found) {
        if let Err(error) = self.walk_entries(directory, excluded, found) {
            found.problems.push((directory.to_owned(), error));
        }
    }

    /// Fails if the directory itself cannot be read.
    fn walk_entries(
        &self,
        directory: &Path,
        excluded: &[PathBuf],
        found: &mut Found,
    ) -> io::Result<()> {
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') || is_excluded(&path, excluded) {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() && !self.is_foreign(&path) {
                self.walk(&path, excluded, found);
            } else if kind.is_file() && name.ends_with(".rs") {
                found.files.push(path);
            }
        }
        Ok(())
    }

    /// Whether a directory holds what Cargo made, or another package.
    fn is_foreign(&self, directory: &Path) -> bool {
        directory.join("CACHEDIR.TAG").exists()
            || (self.are_packages && directory.join("Cargo.toml").exists())
    }
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn is_excluded(path: &Path, excluded: &[PathBuf]) -> bool {
    !excluded.is_empty() && excluded.contains(&absolute(path))
}

/// Replaces the text of a file as a whole: a crash or a full disk leaves the old one. Links and
/// permissions stay.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A rename would replace a link, not what it leads to.
    let path = path.canonicalize()?;
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut new = NamedTempFile::new_in(directory)?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(std::fs::metadata(&path)?.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&path)?;
    Ok(())
}

/// Where packages are.
pub(crate) struct Packages {
    /// Their directories.
    pub(crate) directories: Vec<PathBuf>,
    /// Where Cargo builds them, which may be within one of them, and not be marked as a cache: somebody
    /// else may have made it.
    pub(crate) target: Option<PathBuf>,
}

/// The package around the current directory; with `all`, or where there is no package, those of the
/// workspace.
///
/// # Errors
///
/// Cargo finds no package.
pub(crate) fn packages(all: bool) -> io::Result<Packages> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(io::Error::other(message));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let manifests = packages.iter().filter_map(|package| package["manifest_path"].as_str());
    let directories: Vec<PathBuf> =
        manifests.filter_map(|path| Path::new(path).parent().map(absolute)).collect();
    let here = absolute(Path::new("."));
    let around = directories.iter().filter(|directory| here.starts_with(directory));
    let directories = match around.max_by_key(|directory| directory.components().count()) {
        Some(package) if !all => vec![package.clone()],
        _ => directories,
    };
    let target = metadata["target_directory"].as_str().map(PathBuf::from);
    Ok(Packages { directories, target })
}
