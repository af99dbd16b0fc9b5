//! A client of the language server protocol, as small as the probes allow. It waits for what the
//! server says, and never for a while.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// What the server answers to a request that a change overtook.
const CONTENT_MODIFIED: i64 = -32801;

/// A running rust-analyzer with one open file.
pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: i64,
    version: i64,
    uri: String,
    /// Notifications that nobody asked for yet.
    notifications: VecDeque<(String, Value)>,
}

impl Server {
    /// Starts the server on the crate at `root`, whose one file is `src/lib.rs`, and waits until it
    /// has loaded it.
    pub(crate) fn start(server: &Path, root: &Path, options: Value) -> Server {
        let log = std::fs::File::create(root.join("server.log")).unwrap();
        let mut process = Command::new(server)
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("rust-analyzer starts");
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let uri = file_uri(&root.join("src/lib.rs"));
        let mut server = Server {
            process,
            input,
            output,
            requests: 0,
            version: 0,
            uri,
            notifications: VecDeque::new(),
        };
        let folder = file_uri(root);
        server.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": folder,
                "workspaceFolders": [{ "uri": folder, "name": "probe" }],
                "initializationOptions": options,
                "capabilities": {
                    "general": { "positionEncodings": ["utf-8"] },
                    "textDocument": {
                        "hover": { "contentFormat": ["plaintext"] },
                        "completion": { "completionItem": { "snippetSupport": false } },
                    },
                    "experimental": { "serverStatusNotification": true },
                },
            }),
        );
        server.notify("initialized", json!({}));
        let text = std::fs::read_to_string(root.join("src/lib.rs")).unwrap();
        let document =
            json!({ "uri": server.uri, "languageId": "rust", "version": 0, "text": text });
        server.notify("textDocument/didOpen", json!({ "textDocument": document }));
        server.wait_until_loaded();
        server
    }

    fn wait_until_loaded(&mut self) {
        loop {
            let status = self.notification("experimental/serverStatus");
            if status["quiescent"] == json!(true) {
                assert_eq!(status["health"], "ok", "the project was not loaded: {status}");
                return;
            }
        }
    }

    /// Replaces the text of the file.
    pub(crate) fn change(&mut self, text: &str) {
        self.version += 1;
        let document = json!({ "uri": self.uri, "version": self.version });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        );
    }

    /// Asks about a place in the file; `more` is what the request takes beside the place.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        (line, character): (usize, usize),
        more: Value,
    ) -> Value {
        let mut params = json!({
            "textDocument": { "uri": self.uri },
            "position": { "line": line, "character": character },
        });
        if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
            params.extend(more);
        }
        self.request(method, params)
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        loop {
            self.requests += 1;
            let id = self.requests;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.receive();
                match (message.get("method"), message.get("id")) {
                    (None, Some(answered)) if *answered == json!(id) => break message,
                    _ => self.handle(message),
                }
            };
            match &answer["error"] {
                Value::Null => return answer["result"].clone(),
                error if error["code"] == json!(CONTENT_MODIFIED) => {}
                error => return json!({ "error": error }),
            }
        }
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The next notification of this kind.
    fn notification(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.notifications.iter().position(|(name, _)| name == method) {
                return self.notifications.remove(at).map(|(_, params)| params).unwrap_or_default();
            }
            let message = self.receive();
            self.handle(message);
        }
    }

    /// Keeps a notification; answers a request of the server with nothing.
    fn handle(&mut self, message: Value) {
        let Some(method) = message["method"].as_str() else { return };
        match message.get("id") {
            Some(id) => {
                let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                let result = match method {
                    "workspace/configuration" => json!(vec![Value::Null; items]),
                    _ => Value::Null,
                };
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
            }
            None => {
                self.notifications.push_back((method.to_owned(), message["params"].clone()));
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())
            .and_then(|()| self.input.flush())
            .expect("rust-analyzer reads");
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("rust-analyzer writes");
            assert!(read > 0, "rust-analyzer ended; see server.log in the probe's directory");
            match line.trim_end() {
                "" => break,
                line => {
                    if let Some(value) = line.strip_prefix("Content-Length: ") {
                        length = value.parse().expect("a length");
                    }
                }
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).expect("rust-analyzer writes");
        serde_json::from_slice(&text).expect("a message is JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A panic of a probe must not leave the server behind, so it is not asked politely.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn file_uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
