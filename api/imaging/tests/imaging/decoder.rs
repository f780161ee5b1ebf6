//! The decoder process: it does the same work, dies without harm, and stays small.

use std::time::{Duration, Instant};

use fieldproof_imaging::child::{ChildDied, Decoder};
use fieldproof_imaging::{ExifState, Limits, Picture, Quarantine, examine};

use crate::made;

const NO_ARGUMENTS: [&str; 0] = [];

fn decoder() -> Decoder {
    Decoder::new(env!("CARGO_BIN_EXE_fieldproof-decoder"), NO_ARGUMENTS)
}

/// A picture that a child with 2 GiB cannot hold, and limits that let it try.
fn too_much() -> (Vec<u8>, Limits) {
    let rows = made::deflated(&vec![0; 30_000 * (30_000 / 8 + 1)]);
    let bomb = made::png(30_000, 30_000, 1, 0, &[made::png_chunk(*b"IDAT", &rows)]);
    (bomb, Limits { max_pixels_raster: u64::MAX, max_decoded_bytes: u64::MAX, ..Limits::default() })
}

#[test]
fn the_child_finds_what_the_library_finds() {
    let mut decoder = decoder();
    let photos =
        [made::oriented(&made::jpeg(1700, 900), 8), b"<html>".to_vec(), Vec::new(), made::webp(60, 40)];
    for photo in &photos {
        let (there, here) = (decoder.examine(photo).unwrap(), examine(photo, &Limits::default()));
        assert_eq!((there.format, there.size, &there.exif), (here.format, here.size, &here.exif));
        match (there.picture, here.picture) {
            (Picture::Ready(there), Picture::Ready(here)) => {
                assert!(there.preview_jpeg == here.preview_jpeg && there.thumb_jpeg == here.thumb_jpeg);
                assert_eq!((there.placeholder, there.warnings), (here.placeholder, here.warnings));
                // The last bit of a fraction may be lost on its way through JSON.
                assert!((there.quality.sharpness - here.quality.sharpness).abs() < 1e-9);
            }
            (there, here) => assert_eq!(there, here),
        }
    }
}

#[test]
fn a_child_is_kept_for_some_photos_and_then_replaced() {
    let mut decoder = decoder().with_photos_per_child(2);
    let photo = made::jpeg(40, 30);
    let mut ids = Vec::new();
    for _ in 0..3 {
        made::ready(decoder.examine(&photo).unwrap());
        ids.push(decoder.child_id());
    }
    assert!(ids[0].is_some() && ids[1].is_none() && ids[2].is_some());
    assert_ne!(ids[0], ids[2]);
}

#[test]
fn a_child_that_needs_too_much_memory_dies_alone() {
    let (bomb, limits) = too_much();
    let mut decoder = decoder().with_limits(limits);
    let photo = made::oriented(&made::jpeg(40, 30), 3);
    made::ready(decoder.examine(&photo).unwrap());
    let examined = decoder.examine(&bomb).unwrap();
    assert_eq!(made::reason(&examined), Some(Quarantine::DecoderLimit));
    assert_eq!(examined.size.map(|size| size.width), Some(30_000), "what was read before survives");
    assert_eq!(examined.exif.state, ExifState::None);
    made::ready(decoder.examine(&photo).unwrap());
}

#[test]
fn a_child_that_takes_too_long_is_stopped() {
    let photo = made::jpeg(6000, 4000);
    let mut decoder = decoder().with_patience(Duration::from_millis(20));
    let start = Instant::now();
    // The child greets only after it was started, which may take longer than this patience.
    match decoder.examine(&photo) {
        Ok(examined) => assert_eq!(made::reason(&examined), Some(Quarantine::DecoderLimit)),
        Err(why) => assert!(matches!(why, ChildDied::NotStarted(_)), "{why}"),
    }
    assert!(start.elapsed() < Duration::from_secs(10));
    let mut patient = decoder.with_patience(Duration::from_secs(45));
    made::ready(patient.examine(&photo).unwrap());
}

#[test]
fn a_child_that_burns_too_much_cpu_is_stopped_and_the_next_photo_is_fine() {
    // No file within the limits needs 30 s, so the limits let a photo of endless scans try, and give it one.
    let bomb = made::scans(4000, 3000, 10_000);
    let limits = Limits { max_jpeg_scans: 1_000_000, max_bytes: u64::MAX, max_cpu_s: 1, ..Limits::default() };
    let mut decoder = decoder().with_limits(limits);
    let photo = made::jpeg(400, 300);
    made::ready(decoder.examine(&photo).unwrap());
    let start = Instant::now();
    let examined = decoder.examine(&bomb).unwrap();
    println!("{} MB of scans: stopped after {:?}", bomb.len() / 1_000_000, start.elapsed());
    assert_eq!(made::reason(&examined), Some(Quarantine::DecoderLimit));
    assert_eq!(examined.size.map(|size| size.width), Some(4000), "what was read before survives");
    made::ready(decoder.examine(&photo).unwrap());
}

#[test]
fn a_child_killed_between_photos_is_replaced() {
    let mut decoder = decoder();
    let photo = made::jpeg(40, 30);
    made::ready(decoder.examine(&photo).unwrap());
    let id = i32::try_from(decoder.child_id().unwrap()).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), rustix::process::Signal::KILL)
        .unwrap();
    made::ready(decoder.examine(&photo).unwrap());
    assert_ne!(decoder.child_id().map(i64::from), Some(i64::from(id)));
}

#[test]
fn a_program_that_is_no_decoder_is_our_fault_and_not_the_photos() {
    let photo = made::jpeg(40, 30);
    for program in ["/bin/true", "/bin/echo", "/no/such/program"] {
        let mut decoder = Decoder::new(program, NO_ARGUMENTS);
        assert!(matches!(decoder.examine(&photo), Err(ChildDied::NotStarted(_))), "{program}");
    }
}

#[test]
fn a_12_megapixel_photo_needs_less_than_100_megabytes() {
    let mut decoder = decoder();
    let photo = made::jpeg(4000, 3000);
    for _ in 0..3 {
        made::ready(decoder.examine(&photo).unwrap());
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", decoder.child_id().unwrap())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak_kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("peak of the child over three 12 MP photos: {peak_kib} KiB");
    assert!(peak_kib < 100_000, "{peak_kib} KiB");
}
