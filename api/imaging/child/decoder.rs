//! The parent side: starts the child, hands it photos, and knows what its death means.

use std::ffi::OsString;
use std::io::{self, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::inside::PHOTOS_FLAG;
use super::wire;
use crate::cover::Cover;
use crate::examine::Head;
use crate::facts::{ExifFacts, ExifState};
use crate::format;
use crate::limits::Limits;
use crate::outcome::{Examined, Picture, Quarantine};

/// How long one photo may take by the clock, waiting for a busy CPU included.
const PATIENCE: Duration = Duration::from_secs(45);
/// After so many photos a child is replaced, so that nothing it hoards grows without end.
const PHOTOS_PER_CHILD: u64 = 64;

/// Why a photo could not be examined through no fault of its own: worth another try later.
#[derive(Debug, thiserror::Error)]
pub enum ChildDied {
    /// The program could not be started.
    #[error("the decoder could not be started: {0}")]
    NotStarted(#[source] io::Error),
    /// Somebody else stopped it: an operator, a shutdown, or a machine out of memory.
    #[error("the decoder was stopped from outside (signal {signal})")]
    Stopped {
        /// Number of the signal.
        signal: i32,
    },
    /// The watch that stops an endless child could not be set up.
    #[error("the decoder could not be watched: {0}")]
    NotWatched(#[source] io::Error),
}

/// A decoder in a child process. One photo at a time; use several for several at once.
///
/// The child is started with the first photo. Dropping the decoder ends it.
#[derive(Debug)]
pub struct Decoder {
    program: PathBuf,
    arguments: Vec<OsString>,
    limits: Limits,
    patience: Duration,
    photos_per_child: u64,
    running: Option<Running>,
}

impl Decoder {
    /// A decoder that starts `program` with `arguments`, which must end in [`super::main`].
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            limits: Limits::default(),
            patience: PATIENCE,
            photos_per_child: PHOTOS_PER_CHILD,
            running: None,
        }
    }

    /// The same decoder with other limits of the examination.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same decoder that waits `patience` for one photo (45 s if not said).
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same decoder that replaces its child after so many photos (64 if not said, at least one).
    #[must_use]
    pub fn with_photos_per_child(self, photos: u64) -> Self {
        Self { photos_per_child: photos.max(1), ..self }
    }

    /// The process that waits for the next photo, if one does.
    #[must_use]
    pub fn child_id(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// Examines one photo in the child. A photo that kills it, or takes more time or memory than it may,
    /// is quarantined as `decoder-died` or `decoder-limit`, with the facts that were read before; the
    /// next call starts another child.
    ///
    /// # Errors
    /// [`ChildDied`] where the photo is not to blame.
    pub fn examine(&mut self, bytes: &[u8]) -> Result<Examined, ChildDied> {
        self.examine_covered(bytes, &[])
    }

    /// As [`Decoder::examine`], with parts of the picture covered in everything that is made of it.
    ///
    /// # Errors
    /// As [`Decoder::examine`].
    pub fn examine_covered(&mut self, bytes: &[u8], covers: &[Cover]) -> Result<Examined, ChildDied> {
        let used_before = self.running.is_some();
        match self.attempt(bytes, covers)? {
            Attempt::Done(examined) => Ok(examined),
            // A child that had worked before may have died of its past; the photo gets a fresh one.
            Attempt::Died(..) if used_before => match self.attempt(bytes, covers)? {
                Attempt::Done(examined) => Ok(examined),
                Attempt::Died(death, head) => blame(death, head, bytes),
            },
            Attempt::Died(death, head) => blame(death, head, bytes),
        }
    }

    fn attempt(&mut self, bytes: &[u8], covers: &[Cover]) -> Result<Attempt, ChildDied> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(self)?,
        };
        let (result, timed_out) = running.converse((&self.limits, covers), bytes, self.patience)?;
        match result {
            (Some(head), Ok(picture)) => {
                running.photos += 1;
                if running.photos < self.photos_per_child {
                    self.running = Some(running);
                }
                Ok(Attempt::Done(head.with(picture)))
            }
            (head, _) => Ok(Attempt::Died(running.death(timed_out), head)),
        }
    }
}

enum Attempt {
    Done(Examined),
    Died(Death, Option<Head>),
}

/// How a child ended.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// It took too long and was stopped.
    TimedOut,
    /// It ended itself, or the kernel did for what it had done.
    Status(ExitStatus),
    /// It lives on and talks nonsense, or cannot be asked.
    Unknown,
}

/// Signals (as Linux numbers them) that come from outside, and those of limits.
mod signal {
    pub(super) const HUP: i32 = 1;
    pub(super) const INT: i32 = 2;
    pub(super) const ABRT: i32 = 6;
    pub(super) const KILL: i32 = 9;
    pub(super) const TERM: i32 = 15;
    pub(super) const XCPU: i32 = 24;
    pub(super) const XFSZ: i32 = 25;
}

/// Whose fault a death is, and what it makes of the photo.
fn blame(death: Death, head: Option<Head>, bytes: &[u8]) -> Result<Examined, ChildDied> {
    let reason = match death {
        Death::TimedOut => Quarantine::DecoderLimit,
        Death::Unknown => Quarantine::DecoderDied,
        Death::Status(status) => match status.signal() {
            Some(signal @ (signal::HUP | signal::INT | signal::KILL | signal::TERM)) => {
                return Err(ChildDied::Stopped { signal });
            }
            // Rust aborts when memory cannot be had, and memory is what the limit withholds.
            Some(signal::ABRT | signal::XCPU | signal::XFSZ) => Quarantine::DecoderLimit,
            _ => Quarantine::DecoderDied,
        },
    };
    let unknown = || Head {
        format: format::sniff(bytes),
        size: None,
        exif: ExifFacts { state: ExifState::Unreadable, ..ExifFacts::default() },
    };
    Ok(head.unwrap_or_else(unknown).with(Picture::Quarantined { reason }))
}

/// A child that runs.
#[derive(Debug)]
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    photos: u64,
}

impl Running {
    fn start(decoder: &Decoder) -> Result<Self, ChildDied> {
        let mut child = Command::new(&decoder.program)
            .args(&decoder.arguments)
            .args([PHOTOS_FLAG, &decoder.photos_per_child.to_string()])
            .env_clear()
            // One photo, one thread: the HEIC decoder would take a thread for every core.
            .env("RAYON_NUM_THREADS", "1")
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, so that Ctrl-C at a terminal lets it finish its photo.
            .process_group(0)
            .spawn()
            .map_err(ChildDied::NotStarted)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let missing = || ChildDied::NotStarted(io::Error::other("no pipes to the child"));
        let (input, output) = pipes.ok_or_else(missing)?;
        Ok(Self { child, input, output: BufReader::new(output), photos: 0 })
    }

    /// Asks about one photo while a watch runs that kills the child after `patience`.
    #[allow(clippy::type_complexity, reason = "the pair is taken apart at once by its only caller")]
    fn converse(
        &mut self,
        (limits, covers): (&Limits, &[Cover]),
        bytes: &[u8],
        patience: Duration,
    ) -> Result<((Option<Head>, io::Result<Picture>), bool), ChildDied> {
        let (answered, waiting) = channel::<()>();
        let pid = Pid::from_child(&self.child);
        // The child is not waited for before the watch has ended, so its number cannot be another's.
        let watch = thread::Builder::new()
            .name("decoder-watch".to_owned())
            .spawn(move || {
                let late = waiting.recv_timeout(patience) == Err(RecvTimeoutError::Timeout);
                if late {
                    let _ = kill_process(pid, Signal::KILL);
                }
                late
            })
            .map_err(ChildDied::NotWatched)?;
        let mut head = None;
        let greeted = if self.photos == 0 { wire::expect_greeting(&mut self.output) } else { Ok(()) };
        let picture = greeted.map(|()| {
            wire::ask(&mut self.input, limits, covers, bytes)?;
            head = Some(wire::read_head(&mut self.output)?);
            wire::read_picture(&mut self.output)
        });
        drop(answered);
        let timed_out = watch.join().unwrap_or(false);
        Ok(((head, picture.map_err(ChildDied::NotStarted)?), timed_out))
    }

    /// How the child ended; one that has not is ended now.
    fn death(mut self, timed_out: bool) -> Death {
        if timed_out {
            return Death::TimedOut;
        }
        // Its output has ended or makes no sense. One that died is found so within moments.
        for _ in 0..50 {
            match self.child.try_wait() {
                Ok(Some(status)) => return Death::Status(status),
                Ok(None) => thread::sleep(Duration::from_millis(20)),
                Err(_) => break,
            }
        }
        Death::Unknown
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An idle child would end by itself when its input closes; a busy one shall not be waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
