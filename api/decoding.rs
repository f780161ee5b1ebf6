//! Pixels, from the outside: a bounded pool of decoder processes, any of which may die without harm.

use bytes::Bytes;
use fieldproof_imaging::child::{self, ChildDied, Decoder};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

pub use fieldproof_imaging::quality::{CheckCode, Outcome, checks};
pub use fieldproof_imaging::{Cover, Examined, ExifFacts, Format, Outline, Picture, Quarantine, outline};

/// The hidden argument with which this program is a decoder and nothing else.
pub const CHILD: &str = "examine-child";

/// The pool's handle.
#[derive(Clone)]
pub struct Decoding {
    program: PathBuf,
    places: Arc<Semaphore>,
    /// Decoders whose process waits for the next photo.
    resting: Arc<Mutex<Vec<Decoder>>>,
}

/// Why a photo could not be examined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unexamined {
    /// Through no fault of its own: worth another try later.
    #[error("decoding is not available: {0}")]
    Away(String),
    /// Its decoder was killed from outside: by an operator, or by a machine that ran out of memory over it.
    #[error("the decoder was killed")]
    Killed,
}

/// SIGKILL, as Linux numbers it: what ends a process where memory runs out.
const KILL: i32 = 9;

impl Unexamined {
    fn away(why: impl ToString) -> Self {
        Self::Away(why.to_string())
    }

    fn of(death: &ChildDied) -> Self {
        match death {
            ChildDied::Stopped { signal: KILL } => Self::Killed,
            other => Self::away(other),
        }
    }
}

impl Decoding {
    /// A pool of at most so many processes, each this very program (`/proc/self/exe` stays right through upgrades).
    #[must_use]
    pub fn open(processes: usize) -> Self {
        Self::with_program("/proc/self/exe", processes)
    }

    /// A pool of another program that understands [`CHILD`].
    #[must_use]
    pub fn with_program(program: impl Into<PathBuf>, processes: usize) -> Self {
        Self {
            program: program.into(),
            places: Arc::new(Semaphore::new(processes.max(1))),
            resting: Arc::new(Mutex::new(Vec::new())),
        }
    }

    /// Examines one photo, waiting for a free process first.
    ///
    /// # Errors
    /// [`Unexamined::Away`] where the photo is not to blame, [`Unexamined::Killed`] where it may be.
    pub async fn examine(&self, bytes: Bytes) -> Result<Examined, Unexamined> {
        self.examine_covered(bytes, Vec::new()).await
    }

    /// As [`Decoding::examine`], with parts of the picture covered in everything that is made of it.
    ///
    /// # Errors
    /// As [`Decoding::examine`].
    pub async fn examine_covered(&self, bytes: Bytes, covers: Vec<Cover>) -> Result<Examined, Unexamined> {
        let _place = self.places.acquire().await.map_err(Unexamined::away)?;
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut decoder = resting.unwrap_or_else(|| Decoder::new(&self.program, [OsString::from(CHILD)]));
        #[allow(clippy::disallowed_methods, reason = "a decoder blocks; the places above bound how many do")]
        let worked = tokio::task::spawn_blocking(move || {
            let examined = decoder.examine_covered(&bytes, &covers);
            (decoder, examined)
        });
        let (decoder, examined) = worked.await.map_err(Unexamined::away)?;
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).push(decoder);
        examined.map_err(|death| Unexamined::of(&death))
    }
}

/// Is a decoder: reads photos from standard input until it ends. Called first thing in a process of its own.
#[must_use]
pub fn run_child() -> ExitCode {
    child::main()
}
