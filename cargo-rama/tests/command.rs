//! The command: what it writes, what it prints and how it exits.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const UGLY: &str = "fn f() {\n    dataflow!{1:>*x;\n:>*x;}\n}\n";
const FORMATTED: &str = "fn f() {\n    dataflow! { 1 :> *x; :> *x; }\n}\n";

fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-rama"));
    command.current_dir(directory).args(["rama", "fmt"]).args(args);
    command
}

fn fmt(directory: &Path, args: &[&str]) -> Output {
    command(directory, args).output().unwrap()
}

fn stdin(args: &[&str], text: &str) -> Output {
    let mut command = command(Path::new("."), &[&["--stdin"], args].concat());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

fn read(directory: &TempDir, name: &str) -> String {
    std::fs::read_to_string(directory.path().join(name)).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn files_and_directories_are_formatted_in_place() {
    let files = [("one.rs", UGLY), ("inner/two.rs", UGLY), ("inner/other.txt", UGLY)];
    let directory = directory(&files);
    let output = fmt(directory.path(), &["one.rs", "inner"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(read(&directory, "one.rs"), FORMATTED);
    assert_eq!(read(&directory, "inner/two.rs"), FORMATTED);
    assert_eq!(read(&directory, "inner/other.txt"), UGLY);
}

#[test]
fn a_check_prints_the_difference_and_writes_nothing() {
    let directory = directory(&[("ugly.rs", UGLY), ("fine.rs", FORMATTED)]);
    let output = fmt(directory.path(), &["--check", "ugly.rs"]);
    assert_eq!(output.status.code(), Some(1));
    let difference = text(&output.stdout);
    assert!(difference.contains("-    dataflow!{1:>*x;\n"), "{difference}");
    assert!(difference.contains("+    dataflow! { 1 :> *x; :> *x; }\n"), "{difference}");
    assert_eq!(read(&directory, "ugly.rs"), UGLY);
    let output = fmt(directory.path(), &["--check", "fine.rs"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), String::new()));
}

#[test]
fn a_file_with_a_mistake_is_left_alone_and_the_others_are_formatted() {
    let mistake = "fn f() {\n    let é = 1; dataflow! { 1   :> *x; filter *x > 1; };\n}\n";
    let files = [("a.rs", UGLY), ("b.rs", mistake), ("c.rs", "fn f() {"), ("d.rs", UGLY)];
    let directory = directory(&files);
    let output = fmt(directory.path(), &["."]);
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(errors.contains("b.rs:2:39: `filter` opens a statement with `>`"), "{errors}");
    assert!(errors.contains("c.rs:1:8: not Rust"), "{errors}");
    assert_eq!(read(&directory, "a.rs"), FORMATTED);
    assert_eq!(read(&directory, "b.rs"), mistake);
    assert_eq!(read(&directory, "d.rs"), FORMATTED);
}

#[test]
fn a_path_that_does_not_exist_is_an_error_and_the_others_are_formatted() {
    let directory = directory(&[("there.rs", UGLY)]);
    let output = fmt(directory.path(), &["missing.rs", "there.rs"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("error: missing.rs: "));
    assert_eq!(read(&directory, "there.rs"), FORMATTED);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_an_error_and_keeps_its_text() {
    let directory = directory(&[("a.rs", UGLY), ("b.rs", UGLY)]);
    // No process under this limit can write to a file.
    let script = r#"trap "" XFSZ; ulimit -f 0; exec "$0" rama fmt a.rs b.rs"#;
    let mut command = Command::new("sh");
    command.current_dir(directory.path()).args(["-c", script, env!("CARGO_BIN_EXE_cargo-rama")]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(errors.contains("error: a.rs: ") && errors.contains("error: b.rs: "), "{errors}");
    assert_eq!((read(&directory, "a.rs"), read(&directory, "b.rs")), (UGLY.into(), UGLY.into()));
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 2, "something was left in the directory");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let directory = directory(&[("inner/real.rs", UGLY)]);
    let (real, link) = (directory.path().join("inner/real.rs"), directory.path().join("link.rs"));
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o750)).unwrap();
    symlink(&real, &link).unwrap();
    let output = fmt(directory.path(), &["link.rs"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(std::fs::read_link(&link).unwrap(), real);
    assert_eq!(read(&directory, "inner/real.rs"), FORMATTED);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o750);
}

#[test]
fn the_standard_input_is_formatted_to_the_standard_output() {
    let output = stdin(&[], UGLY);
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), FORMATTED);
    let output = stdin(&["--check"], UGLY);
    assert_eq!(output.status.code(), Some(1));
    let output = stdin(&[], "dataflow! { filter *x > 1; }");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
    assert!(text(&output.stderr).contains("<stdin>:1:13: "));
}

#[test]
fn line_ends_tabs_and_a_missing_last_line_end_are_kept() {
    let windows = UGLY.replace('\n', "\r\n");
    assert_eq!(text(&stdin(&[], &windows).stdout), FORMATTED.replace('\n', "\r\n"));
    let lines =
        "dataflow! {\r\n1 :> *x; // one\r\n\r\n\r\n\"a\r\n  b\" :> *y;\r\n/* a\r\nb */\r\n}\r\n";
    let expected = "dataflow! {\r\n    1 :> *x; // one\r\n\r\n    \"a\r\n  b\" :> *y;\r\n    /* a\r\nb */\r\n}\r\n";
    assert_eq!(text(&stdin(&[], lines).stdout), expected);
    let (ugly, formatted) = (UGLY.trim_end(), FORMATTED.trim_end());
    assert_eq!(text(&stdin(&[], ugly).stdout), formatted);
    let tabs = "mod m {\n\tdataflow! {\n\t\t/// Docs.\n\t\tramafn f(*x: i64)\t-> i64 {\n:> *x;\t}\n\t}\n}\n";
    let expected = "mod m {\n\tdataflow! {\n\t    /// Docs.\n\t    ramafn f(*x: i64) -> i64 {\n\t        :> *x;\n\t    }\n\t}\n}\n";
    assert_eq!(text(&stdin(&[], tabs).stdout), expected);
    let marked = format!("\u{feff}{UGLY}");
    assert_eq!(text(&stdin(&[], &marked).stdout), format!("\u{feff}{FORMATTED}"));
}

#[test]
fn without_paths_the_package_is_formatted_and_with_all_its_workspace() {
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
    };
    let root = format!("{}[workspace]\nmembers = [\"tests/inner\"]\n", package("outer"));
    let inner = package("inner");
    let tag = ("target/CACHEDIR.TAG", "");
    let files = [
        ("Cargo.toml", root.as_str()),
        ("src/lib.rs", UGLY),
        ("tests/skipped/test.rs", UGLY),
        ("tests/inner/Cargo.toml", inner.as_str()),
        ("tests/inner/src/lib.rs", UGLY),
        tag,
        ("target/made.rs", UGLY),
    ];
    let directory = directory(&files);
    let output = fmt(directory.path(), &["--exclude", "tests/skipped"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(read(&directory, "src/lib.rs"), FORMATTED);
    for untouched in ["tests/skipped/test.rs", "tests/inner/src/lib.rs", "target/made.rs"] {
        assert_eq!(read(&directory, untouched), UGLY, "{untouched}");
    }
    let output = fmt(&directory.path().join("src"), &["--all"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(read(&directory, "tests/inner/src/lib.rs"), FORMATTED);
    assert_eq!(read(&directory, "tests/skipped/test.rs"), FORMATTED);
    assert_eq!(read(&directory, "target/made.rs"), UGLY);
}

#[test]
fn where_cargo_builds_is_left_out_whoever_made_it() {
    let package = "[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let files = [
        ("Cargo.toml", package),
        (".cargo/config.toml", "[build]\ntarget-dir = \"built\"\n"),
        ("src/lib.rs", UGLY),
        ("built/debug/made.rs", UGLY),
    ];
    let directory = directory(&files);
    let output = command(directory.path(), &["--all"]).env_remove("CARGO_TARGET_DIR").output();
    assert!(output.unwrap().status.success());
    assert_eq!(read(&directory, "src/lib.rs"), FORMATTED);
    assert_eq!(read(&directory, "built/debug/made.rs"), UGLY);
}

#[test]
fn code_of_pages_is_formatted_and_mistakes_in_it_are_placed() {
    let page = "# Page\n\n```rust\ndataflow!{1:>*x;:>*x;}\n```\n";
    let mistake = "# Page\n\n- ```rust\n  dataflow! { filter *x > 1; }\n  ```\n\n  ```rust\n  dataflow! { filter *x > 1; }\n  ```\n";
    let directory = directory(&[("page.md", page), ("mistake.md", mistake)]);
    let output = fmt(directory.path(), &["page.md", "mistake.md"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(errors.contains("mistake.md:8:15: `filter`"), "{errors}");
    assert_eq!(
        read(&directory, "page.md"),
        "# Page\n\n```rust\ndataflow! { 1 :> *x; :> *x; }\n```\n"
    );
}
