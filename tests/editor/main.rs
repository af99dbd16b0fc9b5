//! rust-analyzer on half-typed code: completion, hover, definitions and renaming inside the macros.
//! `docs/editor.md` says what is tested and how to get the server.
#![allow(missing_docs, clippy::unwrap_used)]

mod probes;
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use probes::{Ask, FILE, PROBES, Place, Probe};
use serde_json::{Value, json};
use server::Server;

const INSTALL: &str = "cargo install ra_ap_rust-analyzer --version 0.0.328 --locked --profile dev --root target/tools";

/// The server: named by the environment, or installed in the target directory.
fn find_server() -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin/rust-analyzer");
    let named = std::env::var_os("RAMA_RUST_ANALYZER").map(PathBuf::from);
    named.or(Some(installed)).filter(|path| path.exists())
}

/// What the compiler of the pinned toolchain says of itself.
fn sysroot() -> PathBuf {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

/// A crate that depends on this one. It is kept between runs, as are its compiled macros.
fn probe_crate() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    std::fs::create_dir_all(root.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"probe\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nrama = {{ path = {here:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\n\
         [workspace]\n"
    );
    std::fs::write(root.join("Cargo.toml"), manifest).unwrap();
    // The same versions as here, so that nothing is fetched.
    std::fs::copy(here.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    std::fs::write(root.join("src/lib.rs"), text(Place::Module, "")).unwrap();
    root
}

fn options() -> Value {
    let std = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor/std");
    json!({
        "checkOnSave": false,
        "cachePriming": { "enable": false },
        "procMacro": {
            "enable": true,
            "server": sysroot().join("libexec/rust-analyzer-proc-macro-srv"),
        },
        "cargo": {
            "sysrootSrc": std,
            "targetDir": "target",
            "extraEnv": { "CARGO_NET_OFFLINE": "true" },
        },
        "files": { "exclude": ["target"] },
    })
}

/// The file with the probe's text at its place.
fn text(place: Place, probe: &str) -> String {
    let mut text = FILE.replace(place.mark(), probe);
    for other in Place::ALL {
        text = text.replace(other.mark(), "");
    }
    text
}

/// Line and column of a byte.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line = before.matches('\n').count();
    (line, at - before.rfind('\n').map_or(0, |newline| newline + 1))
}

fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| position[name].as_u64().unwrap() as usize;
    let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    start + number("character")
}

/// Asks one probe in one state; what is wrong with the answer.
fn check(server: &mut Server, probe: &Probe, code: &str) -> Result<(), String> {
    let with_cursor = text(probe.place, code);
    let cursor = with_cursor.find('¦').expect("a probe has a cursor");
    let text = with_cursor.replace('¦', "");
    let at = position(&text, cursor);
    server.change(&text);
    match probe.ask {
        Ask::Completes(wanted) => {
            let answer = server.ask("textDocument/completion", at, json!({}));
            let items =
                answer["items"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
            let word = |item: &Value| {
                let label = item["filterText"].as_str().or(item["label"].as_str()).unwrap_or("");
                let end = label.find(|char: char| !char.is_alphanumeric() && char != '_');
                label[..end.unwrap_or(label.len())].to_owned()
            };
            let found: Vec<String> = items.iter().map(word).collect();
            let missing: Vec<&&str> =
                wanted.iter().filter(|name| !found.iter().any(|found| found == *name)).collect();
            if missing.is_empty() {
                return Ok(());
            }
            Err(format!("no {missing:?} among {:?}", &found[..found.len().min(40)]))
        }
        Ask::Hovers(wanted) => {
            let answer = server.ask("textDocument/hover", at, json!({}));
            let found = answer["contents"]["value"].as_str().unwrap_or("nothing").to_owned();
            if found.contains(wanted) { Ok(()) } else { Err(format!("hovers over {found:?}")) }
        }
        Ask::Defines(wanted) => {
            let answer = server.ask("textDocument/definition", at, json!({}));
            let lines: Vec<String> = answer
                .as_array()
                .into_iter()
                .flatten()
                .map(|place| line_of(place, &text))
                .collect();
            if lines.iter().any(|line| line.contains(wanted)) {
                return Ok(());
            }
            Err(format!("leads to {lines:?}"))
        }
        Ask::Renames(name) => {
            let answer =
                server.ask("textDocument/rename", at, json!({ "newName": "another_name" }));
            let renamed = apply(&answer, &text);
            if renamed == text.replace(name, "another_name") {
                return Ok(());
            }
            let lines =
                renamed.lines().filter(|line| line.contains(name) || line.contains("another_name"));
            Err(format!("{}, makes {:?}", answer["error"], lines.collect::<Vec<_>>()))
        }
    }
}

/// The line that a definition stands on.
fn line_of(place: &Value, text: &str) -> String {
    let (uri, range) = match place.get("targetUri") {
        Some(uri) => (uri, &place["targetSelectionRange"]),
        None => (&place["uri"], &place["range"]),
    };
    let path = uri.as_str().unwrap().trim_start_matches("file://");
    let own = path.ends_with("editor/src/lib.rs");
    let text = if own { text.to_owned() } else { std::fs::read_to_string(path).unwrap() };
    let line = range["start"]["line"].as_u64().unwrap() as usize;
    text.lines().nth(line).unwrap_or_default().trim().to_owned()
}

/// The text after the edits of a renaming.
fn apply(answer: &Value, text: &str) -> String {
    let changes =
        answer["changes"].as_object().into_iter().flatten().flat_map(|(_, edits)| edits.as_array());
    let documents = answer["documentChanges"].as_array().into_iter().flatten();
    let documents = documents.filter_map(|document| document["edits"].as_array());
    let mut edits: Vec<(usize, usize, String)> = changes
        .chain(documents)
        .flatten()
        .map(|edit| {
            let range = &edit["range"];
            let new = edit["newText"].as_str().unwrap().to_owned();
            (offset(text, &range["start"]), offset(text, &range["end"]), new)
        })
        .collect();
    edits.sort();
    edits.dedup();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, &new);
    }
    text
}

#[test]
fn the_editor_understands_half_typed_code() {
    let Some(path) = find_server() else {
        let required = std::env::var_os("RAMA_REQUIRE_EDITOR").is_some();
        assert!(!required, "there is no rust-analyzer; install it with: {INSTALL}");
        println!("skipped: there is no rust-analyzer; install it with: {INSTALL}");
        return;
    };
    let root = probe_crate();
    let mut server = Server::start(&path, &root, options());
    let mut wrong = Vec::new();
    let only = std::env::var("RAMA_EDITOR_PROBE").unwrap_or_default();
    for probe in PROBES.iter().filter(|probe| probe.name.contains(&only)) {
        for (state, code) in [("complete", probe.complete), ("half typed", probe.half_typed)] {
            match check(&mut server, probe, code) {
                Ok(()) => println!("ok: {} ({state})", probe.name),
                Err(error) => wrong.push(format!("{} ({state}): {error}", probe.name)),
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
