//! The phone as its person uses it: the program itself, with a shelf of its own and whatever answers at an address.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is wrong")]

use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fieldproof-phone");
const VISIT: &str = "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11";

/// A shelf, gone with its test.
struct Shelf(PathBuf);

impl Shelf {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("fieldproof-command-{name}-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("photo.jpg"), b"bytes of a photo").unwrap();
        Self(root)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join("shelf").join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("--shelf").arg(self.0.join("shelf")).current_dir(&self.0).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command().args(arguments).output().unwrap())
    }

    fn capture(&self, more: &[&str]) -> Said {
        self.run(&[&["capture", "--visit", VISIT], more, &["photo.jpg"]].concat())
    }

    /// Signed in at an address, as the program keeps it.
    fn signed_in(&self, base: &str) {
        fs::create_dir_all(self.file("")).unwrap();
        let session = json!({ "access_token": "a secret", "refresh_token": null, "base": base,
            "issuer": base, "account": "1", "login": "an" });
        fs::write(self.file("session.json"), session.to_string()).unwrap();
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.run(&["status"]).out).unwrap()
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a command ended, and what it said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn of(done: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: done.status.code().unwrap(), out: text(&done.stdout), err: text(&done.stderr) }
    }
}

/// Something that takes connections, keeps the first bytes of each, and answers with nothing or with what is told; its port.
fn listener(answer: impl Fn(&str) -> Option<String> + Send + 'static) -> (u16, Arc<Mutex<Vec<Vec<u8>>>>) {
    let (listener, seen) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(Mutex::new(Vec::new())));
    let (port, heard) = (listener.local_addr().unwrap().port(), Arc::clone(&seen));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = vec![0; 16 * 1024];
            let count = stream.read(&mut bytes).unwrap_or(0);
            bytes.truncate(count);
            let answer = answer(&String::from_utf8_lossy(&bytes));
            heard.lock().unwrap().push(bytes);
            if let Some(answer) = answer {
                let _ = stream.write_all(answer.as_bytes());
            }
        }
    });
    (port, seen)
}

fn told(status: &str, media_type: &str, body: &Value) -> String {
    let body = body.to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

#[test]
fn a_phone_that_is_signed_in_speaks_to_no_other_server() {
    let shelf = Shelf::new("bound");
    let (here, at_home) = listener(|_| None);
    let (there, elsewhere) = listener(|_| None);
    shelf.signed_in(&format!("http://127.0.0.1:{here}"));
    assert_eq!(shelf.capture(&[]).code, 0);
    let url = format!("http://127.0.0.1:{there}");
    for command in [&["sync", "--seconds", "1"][..], &["pull"], &["enrol"]] {
        let said = shelf.run(&[&["--url", &url], command].concat());
        assert_eq!(said.code, 1, "{}", said.err);
        let why = format!(
            "this phone is signed in at http://127.0.0.1:{here}: to speak to {url}, sign in there first"
        );
        assert!(said.err.contains(&why), "{}", said.err);
    }
    assert!(elsewhere.lock().unwrap().is_empty() && at_home.lock().unwrap().is_empty());
    // Where nothing is said it is the server that it is signed in to, however its address is written.
    let written = format!("http://127.0.0.1:{here}/");
    for command in [&["sync", "--seconds", "1"][..], &["--url", &written, "sync", "--seconds", "1"]] {
        assert_eq!(shelf.run(command).code, 1);
        assert!(at_home.lock().unwrap().pop().is_some_and(|asked| asked.starts_with(b"GET /v1/time")));
        at_home.lock().unwrap().clear();
    }
    // What an older phone kept says nothing of that.
    fs::write(shelf.file("session.json"), r#"{"access_token":"a secret","refresh_token":null}"#).unwrap();
    shelf.run(&["--url", &url, "sync", "--seconds", "1"]);
    assert!(!elsewhere.lock().unwrap().is_empty());
}

#[test]
fn an_address_is_http_or_https_and_https_is_spoken() {
    let shelf = Shelf::new("https");
    for no in ["ftp://127.0.0.1", "notaurl", "https://", "http://an:secret@127.0.0.1", "127.0.0.1:8080"] {
        let said = shelf.run(&["--url", no, "sync"]);
        assert!(said.code == 64 && said.err.contains("--url"), "{no}: {} {}", said.code, said.err);
    }
    let (port, seen) = listener(|_| None);
    let url = format!("https://127.0.0.1:{port}");
    shelf.signed_in(&url);
    shelf.run(&["sync", "--seconds", "1"]);
    let seen = seen.lock().unwrap();
    assert!(seen.first().is_some_and(|hello| hello.starts_with(&[0x16, 0x03])), "a TLS handshake: {seen:?}");
}

#[test]
fn what_can_never_be_sent_is_not_captured() {
    let shelf = Shelf::new("limits");
    fs::File::create(shelf.0.join("huge.jpg")).unwrap().set_len(52_428_801).unwrap();
    let caption = "ă".repeat(700);
    for (more, why) in [
        (&["--at", "999,107.9"][..], "--at"),
        (&["--at", "15.7,NaN"], "--at"),
        (&["--at", "15.7,107.9", "--accuracy-m", "0"], "--accuracy-m"),
        (&["--caption", &caption], "--caption"),
        (&["--subject", "sunset"], "--subject"),
        (&["--item", ""], "--item"),
        (&["huge.jpg"], "huge.jpg"),
    ] {
        let said = shelf.capture(more);
        assert!(said.code == 1 && said.err.contains(why), "{why}: {}", said.err);
    }
    assert_eq!(shelf.status()["photos"], 0, "not the sound one beside the huge one either");
    assert_eq!(shelf.capture(&["--at", "15.7431,107.9642", "--caption", "Bảng niêm yết"]).code, 0);
    assert_eq!(shelf.status()["photos"], 1);
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|of| of.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_capture_on_a_full_phone_leaves_nothing_and_what_was_left_long_ago_is_swept() {
    let shelf = Shelf::new("full");
    fs::write(shelf.0.join("photo.jpg"), vec![7; 64 * 1024]).unwrap();
    // A file of more than 8 KiB can't be written, as on a full disk.
    let script =
        format!("trap '' XFSZ; ulimit -f 8; exec {PROGRAM} --shelf shelf capture --visit {VISIT} photo.jpg");
    let done = Command::new("bash").args(["-c", &script]).current_dir(&shelf.0).output().unwrap();
    let said = Said::of(done);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(names(&shelf.file("photos")).is_empty(), "{:?}", names(&shelf.file("photos")));
    assert!(said.err.contains("the photo is not kept"), "{}", said.err);

    let left = |name: &str, days: u64| {
        let folder = shelf.file(&format!("photos/.{name}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(".original.00.new"), b"half").unwrap();
        let at = SystemTime::now() - Duration::from_hours(24 * days);
        fs::File::open(&folder).unwrap().set_modified(at).unwrap();
    };
    left("long-ago", 2);
    left("just-now", 0);
    let half = shelf.file("changes/.00000001.json.00.new");
    fs::write(&half, b"half").unwrap();
    fs::File::open(&half).unwrap().set_modified(SystemTime::now() - Duration::from_hours(48)).unwrap();
    shelf.status();
    assert_eq!(names(&shelf.file("photos")), [".just-now"], "that one may still be written");
    assert!(names(&shelf.file("changes")).is_empty());
}

#[test]
fn what_is_damaged_is_named_and_a_refusal_says_which_field_is_to_blame() {
    let shelf = Shelf::new("damaged");
    let (port, seen) = listener(|asked| {
        let problem = |errors: Value| json!({ "code": "invalid", "client_action": "fix", "status": 422, "detail": "Sai.", "errors": errors });
        let answer = |body: Value| Some(told("200 OK", "application/json", &body));
        match asked.split(' ').nth(1)? {
            "/v1/time" => answer(json!({ "token": "t" })),
            "/v1/photos/have" => answer(json!({ "photos": [{ "state": "unknown", "wanted": true }] })),
            _ => {
                let errors = json!([{ "pointer": "/item", "code": "item.unknown", "detail": "is no item of this list" }]);
                Some(told("422 -", "application/problem+json", &problem(errors)))
            }
        }
    });
    shelf.signed_in(&format!("http://127.0.0.1:{port}"));
    let [damaged, sound] = [(); 2].map(|()| {
        let said = shelf.capture(&[]);
        said.out.split(' ').next().unwrap().to_owned()
    });
    let target = json!({ "visit": VISIT }).to_string();
    assert_eq!(shelf.run(&["enter", "--kind", "close_recording", "--target", &target]).code, 0);
    fs::write(shelf.file(&format!("photos/{damaged}/declaration.json")), b"").unwrap();
    fs::write(shelf.file("changes/00000001.json"), b"").unwrap();
    fs::write(shelf.file("device.json"), b"").unwrap();

    let said = shelf.run(&["status"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let status: Value = serde_json::from_str(&said.out).unwrap();
    let places = ["changes-00000001.json".to_owned(), format!("photos-{damaged}")];
    let places = places.map(|name| shelf.file("damaged").join(name));
    assert_eq!(
        (&status["photos"], &status["changes"], &status["damaged"]),
        (&json!(1), &json!(0), &json!(places))
    );
    assert!(places[1].join("original").exists(), "nothing of it is lost");
    let key = shelf.file("device.json").display().to_string();
    assert!(said.err.contains(&key) && said.err.contains("enrol --new-key"), "{}", said.err);

    // The sound one is sent, without a signature, and here it is refused.
    let said = shelf.run(&["sync", "--seconds", "20"]);
    assert_eq!(said.code, 2, "{}", said.err);
    for place in &places {
        assert!(said.err.contains(&format!("damaged: {}", place.display())), "{}", said.err);
    }
    assert!(
        said.err
            .contains(&format!("refused: photo {sound}: invalid: Sai.\n  /item: is no item of this list"))
    );
    let asked = seen.lock().unwrap().iter().any(|asked| asked.starts_with(b"POST /v1/uploads"));
    assert!(asked, "it was tried");
}
