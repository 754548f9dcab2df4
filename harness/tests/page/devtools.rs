//! A headless browser, spoken to over two pipes with its debugging protocol: one
//! JSON object after the other, each ended by a null byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What Debian, Google and others call it.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// The browser of this host, if it has one.
pub(crate) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |it| it.join(name)));
    let mut found = places.filter(|place| place.is_file());
    found.next()
}

/// One page of a browser of its own. Dropped, the browser is gone, with its profile.
pub(crate) struct Page {
    browser: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    sent: u64,
    events: Vec<Value>,
    _profile: TempDir,
}

impl Page {
    /// Starts the browser.
    pub(crate) fn open() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut browser = start(profile.path());
        let to = browser.stdin.take().unwrap();
        let from = BufReader::new(browser.stdout.take().unwrap());
        let mut page = Self {
            browser,
            to,
            from,
            session: None,
            sent: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = page.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = page.ask("Target.attachToTarget", target);
        page.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Log.enable", "Runtime.enable"] {
            page.ask(domain, json!({}));
        }
        page
    }

    /// Sends a command and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut command = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        write!(self.to, "{command}\0").unwrap();
        loop {
            let mut answer = self.read();
            if answer["id"] == json!(self.sent) {
                assert_eq!(answer["error"], Value::Null, "{method}");
                return answer["result"].take();
            }
            self.events.push(answer);
        }
    }

    /// Loads a page and waits until it is there.
    pub(crate) fn load(&mut self, url: &str) {
        self.events.clear();
        self.ask("Page.navigate", json!({ "url": url }));
        while !self
            .events
            .iter()
            .any(|it| it["method"] == "Page.loadEventFired")
        {
            let event = self.read();
            self.events.push(event);
        }
    }

    /// What the browser complained of since the page was loaded.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let spoken = [
            "Log.entryAdded",
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
        ];
        let events = self.events.iter();
        let complaints = events.filter(|it| spoken.iter().any(|name| it["method"] == *name));
        complaints.map(Value::to_string).collect()
    }

    /// The value of an expression on the page; of a promise, once it is kept.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let params = json!({
            "expression": expression,
            "returnByValue": true,
            "awaitPromise": true,
        });
        let mut result = self.ask("Runtime.evaluate", params);
        let wrong = &result["exceptionDetails"];
        assert_eq!(*wrong, Value::Null, "{:.200}", expression);
        result["result"]["value"].take()
    }

    /// A screen of this width in pixels, in a light or a dark theme.
    pub(crate) fn screen(&mut self, width: u32, theme: &str) {
        let size =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.ask("Emulation.setDeviceMetricsOverride", size);
        let theme = json!({ "name": "prefers-color-scheme", "value": theme });
        self.ask("Emulation.setEmulatedMedia", json!({ "features": [theme] }));
    }

    fn read(&mut self) -> Value {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message).unwrap();
        assert_eq!(message.pop(), Some(0), "the browser ended");
        serde_json::from_slice(&message).unwrap()
    }
}

fn start(profile: &Path) -> Child {
    // The pipes are descriptors 3 and 4, which only a shell can say without
    // unsafe code. Its own sandbox does not work for root, and the page is ours.
    let script = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;
    Command::new("/bin/sh")
        .args(["-c", script])
        .arg(find().unwrap())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
        ])
        .args([
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--remote-debugging-pipe",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .env("TMPDIR", profile)
        .arg("about:blank")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

impl Drop for Page {
    /// It is asked to end, so that none of its processes still writes to the profile
    /// when that is removed; a browser that broke is killed.
    fn drop(&mut self) {
        let close = json!({ "id": 0, "method": "Browser.close" });
        let asked = write!(self.to, "{close}\0").is_ok();
        let mut rest = Vec::new();
        if !asked || self.from.read_to_end(&mut rest).is_err() {
            drop(self.browser.kill());
        }
        drop(self.browser.wait());
    }
}
