//! The child: limits on itself first, then one photo after the other until its input ends.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::{confine, wire};
use crate::examine;

/// The argument after which the number of photos stands that one process examines before it ends.
pub const PHOTOS_FLAG: &str = "--photos";

/// Most address space of the child in bytes.
const ADDRESS_SPACE: u64 = 2 << 30;
/// Most files open at once: three pipes and what the runtime opens to look around.
const OPEN_FILES: u64 = 32;

/// Runs the child side until its input ends or the number of photos after [`PHOTOS_FLAG`] is reached.
///
/// Must be called by a process that was started for nothing else: the limits it sets on itself (2 GiB of
/// address space, the CPU seconds of [`Limits`](crate::Limits) a photo, no core dump, no file growth, no new
/// privileges) stay, and so do the walls of [`confine`](super::confine()): no file, no socket, no program.
#[must_use]
pub fn main() -> ExitCode {
    match serve(photos_wanted()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // The parent has the photo and the exit code; the text is for whoever runs this by hand.
            let _ = writeln!(io::stderr(), "decoder: {why}");
            ExitCode::from(2)
        }
    }
}

fn photos_wanted() -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != PHOTOS_FLAG).skip(1);
    arguments.next().and_then(|count| count.parse().ok()).unwrap_or(u64::MAX)
}

fn serve(photos: u64) -> io::Result<()> {
    restrict()?;
    confine()?;
    let mut input = io::stdin().lock();
    let mut output = BufWriter::new(io::stdout().lock());
    wire::greet(&mut output)?;
    for _ in 0..photos {
        let Some((limits, covers, photo)) = wire::hear(&mut input)? else { break };
        allow_cpu(limits.max_cpu_s)?;
        let head = examine::head(&photo, &limits);
        wire::answer_head(&mut output, &head)?;
        let picture = examine::picture(&photo, &limits, &covers, &head);
        wire::answer_picture(&mut output, &picture)?;
    }
    Ok(())
}

fn restrict() -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    for (resource, most) in [
        (Resource::As, ADDRESS_SPACE),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, OPEN_FILES),
    ] {
        // A limit that is lower already stays.
        let most = rustix::process::getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Gives the next photo its share of CPU: the limit of the kernel counts from the start of the process.
fn allow_cpu(seconds: u64) -> io::Result<()> {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    // Rounded up: a second that has begun is not the photo's.
    let used = u64::try_from(used.tv_sec).unwrap_or(0).saturating_add(1);
    let maximum = rustix::process::getrlimit(Resource::Cpu).maximum;
    let soft = used.saturating_add(seconds);
    let current = maximum.map_or(soft, |maximum| maximum.min(soft));
    setrlimit(Resource::Cpu, Rlimit { current: Some(current), maximum })?;
    Ok(())
}
