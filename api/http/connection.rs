//! One phone's connection, read a little at a time.

use actix_web::rt::net::TcpStream;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that must come in one [`WINDOW`] for a sender to count as fast.
///
/// Left alone, actix reads until nothing more waits or 128 KiB are there, and keeps a buffer of that size for as long as
/// the connection lives: what hundreds of slow phones hold for minutes, because each sends a little more than one
/// buffer at once now and then. Of a slow sender a little is read at a time, and passed on before more is; a fast one,
/// of whom there are few, fills the large buffer and costs less.
const FAST: usize = 256 * 1024;
/// What a sender's pace is judged by.
const WINDOW: Duration = Duration::from_secs(1);
/// Most bytes of a slow sender that are read at once.
const SIP: usize = 7 * 1024;
/// Room that is left in the reader's buffer, which grows when there is less.
const ROOM: usize = 1024;

/// A connection that hands out its bytes in sips unless its other end is fast.
pub struct Connection {
    stream: TcpStream,
    pace: Pace,
    /// Whether the reader was given something and has not been sent away since.
    given: bool,
}

/// How fast bytes come.
struct Pace {
    is_fast: bool,
    since: Instant,
    came: usize,
}

impl Pace {
    fn count(&mut self, bytes: usize) {
        let gone = self.since.elapsed();
        if gone >= WINDOW {
            self.is_fast = self.came >= FAST && gone < WINDOW * 2;
            self.came = 0;
            self.since = Instant::now();
        }
        self.came = self.came.saturating_add(bytes);
        self.is_fast |= self.came >= FAST;
    }
}

impl Connection {
    /// Wraps an accepted connection.
    #[must_use]
    pub fn of(stream: TcpStream) -> Self {
        Self { stream, pace: Pace { is_fast: false, since: Instant::now(), came: 0 }, given: false }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        if this.pace.is_fast {
            let before = buffer.filled().len();
            let polled = Pin::new(&mut this.stream).poll_read(cx, buffer);
            this.pace.count(buffer.filled().len() - before);
            return polled;
        }
        if this.given {
            // The socket is not asked and so would wake nobody: come again at once.
            this.given = false;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // What is left at the end of a buffer is filled up and followed by a whole sip.
        let is_sip = buffer.remaining() >= 2 * ROOM;
        let most = if is_sip { SIP.min(buffer.remaining() - ROOM) } else { buffer.remaining() };
        let mut sip = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let polled = Pin::new(&mut this.stream).poll_read(cx, &mut sip);
        let read = sip.filled().len();
        buffer.advance(read);
        this.pace.count(read);
        this.given = is_sip && polled.is_ready();
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
