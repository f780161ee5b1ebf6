//! The walls around the decoder process: what it may not do is tried from inside, and that they stand is read from
//! outside.

use std::fs::{self, File, OpenOptions};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::Command;

use fieldproof_imaging::child::{Decoder, confine};

use crate::made;

/// Tells the test below that it is the one inside.
const INSIDE: &str = "FIELDPROOF_TEST_INSIDE";

/// Runs in a process of its own, started by the next test: the walls can't be taken down again.
#[test]
fn inside_the_walls() {
    let Some(folder) = std::env::var_os(INSIDE) else { return };
    let file = std::path::Path::new(&folder).join("file");
    let kept = File::open("/etc/hostname");
    let parent = rustix::process::getppid();
    confine().unwrap();
    let tried: [(&str, bool); 12] = [
        ("reads a file", File::open("/etc/passwd").is_ok()),
        ("writes a file", File::create(&file).is_ok()),
        ("adds to a file", OpenOptions::new().append(true).open("/etc/hostname").is_ok()),
        ("lists a folder", fs::read_dir("/").is_ok()),
        ("removes a file", fs::remove_file(&file).is_ok()),
        ("asks for a file", fs::metadata("/etc/passwd").is_ok()),
        ("listens", TcpListener::bind("127.0.0.1:0").is_ok()),
        (
            "connects",
            TcpStream::connect("127.0.0.1:1").err().is_none_or(|why| why.raw_os_error() != Some(38)),
        ),
        ("sends", UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("makes a pair of sockets", UnixStream::pair().is_ok()),
        ("starts a program", Command::new("/bin/true").status().is_ok()),
        (
            "stops its parent",
            parent.is_some_and(|parent| {
                rustix::process::kill_process(parent, rustix::process::Signal::CONT).is_ok()
            }),
        ),
    ];
    // Thinking goes on: memory, threads, clocks, and what was open before.
    let sum: u64 = std::thread::spawn(|| vec![1_u64; 1 << 20].iter().sum()).join().unwrap();
    assert_eq!((sum, std::time::Instant::now().elapsed().as_secs()), (1 << 20, 0));
    drop(kept);
    for (deed, done) in tried {
        println!("{deed}: {done}");
    }
    println!("all tried");
}

#[test]
fn a_walled_in_process_can_open_connect_start_and_signal_nothing() {
    let folder = std::env::temp_dir();
    let inside = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "confinement::inside_the_walls", "--nocapture", "--test-threads=1"])
        .env(INSIDE, &folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inside.stdout);
    assert!(said.contains("all tried") && !said.contains(": true"), "{said}");
}

#[test]
fn the_decoder_works_behind_its_walls() {
    let mut decoder = Decoder::new(env!("CARGO_BIN_EXE_fieldproof-decoder"), ["--quiet"; 0]);
    for photo in [made::jpeg(400, 300), made::webp(60, 40)] {
        made::ready(decoder.examine(&photo).unwrap());
    }
    let status = fs::read_to_string(format!("/proc/{}/status", decoder.child_id().unwrap())).unwrap();
    let says = |name: &str, value: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        assert_eq!(line.trim_start_matches(':').trim(), value, "{name}");
    };
    // 2: a filter, not the strict mode of four calls.
    says("Seccomp", "2");
    says("NoNewPrivs", "1");
}

/// HEIC is decoded by a thread of its own, which must be born behind the walls.
#[test]
fn heic_is_decoded_behind_the_walls() {
    let badge = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/samples/badge.heic");
    let mut decoder = Decoder::new(env!("CARGO_BIN_EXE_fieldproof-decoder"), ["--quiet"; 0]);
    let rendered = made::ready(decoder.examine(&fs::read(badge).unwrap()).unwrap());
    assert_eq!(rendered.preview_size.long_side(), 1600);
}
