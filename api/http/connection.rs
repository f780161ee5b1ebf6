//! One phone's connection, read a little at a time and not waited for too long.

use actix_web::rt::net::TcpStream;
use bytes::{Buf, BytesMut};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::{ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Bytes that must come in one [`WINDOW`] for a sender to count as fast.
///
/// Left alone, actix reads until nothing more waits or 128 KiB are there, and keeps a buffer of that size for as long as
/// the connection lives: what hundreds of slow phones hold for minutes, because each sends a little more than one
/// buffer at once now and then. Of a slow sender a little is read at a time, and passed on before more is; a fast one,
/// of whom there are few, fills the large buffer and costs less.
const FAST: usize = 256 * 1024;
/// Bytes that must have come in the running [`WINDOW`] before more than a sip is read at a time: a phone that is back
/// after a break is not known to be fast yet. More than twice what a slow line carries (64 kB/s): what such a phone sends
/// comes in bursts, and a second may hold the better part of two.
const BRISK: usize = 160 * 1024;
/// Most bytes of a brisk sender that are read before they are passed on.
const GULP: usize = 60 * 1024;
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
    /// Bytes the reader was given since.
    gulped: usize,
    /// That nothing more comes, while the one who reads the body has not taken all that came.
    ended: Option<Result<()>>,
    turn: Rc<Turn>,
    /// How long the head of a request may take from its first byte on.
    patience: Duration,
}

/// Whose turn it is on a connection: told by those who answer to the one who reads.
///
/// Actix counts how long the first head of a connection takes, and no later one; a body is counted where it is read.
#[derive(Default)]
pub struct Turn {
    /// Whether the last request that came whole is answered: what comes now is the next one's head.
    is_answered: Cell<bool>,
    /// Runs out when that head took too long; begins with its first byte.
    head: RefCell<Option<Pin<Box<Sleep>>>>,
    /// Whether nothing more goes over this connection.
    is_cut: Cell<bool>,
    /// Whether somebody reads a body from it who must see every byte of it, even where the line breaks.
    is_kept: Cell<bool>,
    /// Whether he has taken all that was decoded, and waits for more.
    is_hungry: Cell<bool>,
    /// Whether the line has ended.
    has_ended: Cell<bool>,
    /// What is said before the answer (RFC 9110 §15.2): the framework knows of no interim answers.
    interim: RefCell<BytesMut>,
    /// Whoever reads.
    reader: RefCell<Option<Waker>>,
}

impl Turn {
    /// A head came whole, and its request is being answered.
    pub fn begin(&self) {
        self.is_answered.set(false);
        self.head.replace(None);
    }

    /// The answer is made; its bytes may still be on their way out.
    pub fn end(&self) {
        self.is_answered.set(true);
        self.is_kept.set(false);
        self.wake_at_end();
    }

    /// Keeps the end of the line back until whoever reads this request's body has taken all that came before it. Left
    /// alone, actix forgets what it has read and not yet passed on as soon as it learns that nothing more comes.
    pub fn keep(&self) {
        self.is_kept.set(true);
        self.is_hungry.set(false);
    }

    /// Whoever reads the body has taken all there was and waits, or has got something.
    pub fn hunger(&self, is_hungry: bool) {
        self.is_hungry.set(is_hungry);
        if is_hungry {
            self.wake_at_end();
        }
    }

    /// Wakes the reader where the line has ended and it waits to be told.
    fn wake_at_end(&self) {
        if self.has_ended.get() {
            self.wake();
        }
    }

    /// Whether the end of the line may be told.
    fn may_end(&self) -> bool {
        !self.is_kept.get() || self.is_hungry.get()
    }

    /// Cuts the connection: no answer goes out, and what comes is not read. To a phone it is a line that broke.
    pub fn cut(&self) {
        self.is_cut.set(true);
        self.wake();
    }

    /// Says something before the answer: a whole head of an interim answer.
    pub fn tell(&self, head: &str) {
        self.interim.borrow_mut().extend_from_slice(head.as_bytes());
        self.wake();
    }

    fn is_read_by(&self, waker: &Waker) {
        let mut reader = self.reader.borrow_mut();
        if !reader.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *reader = Some(waker.clone());
        }
    }

    fn wake(&self) {
        if let Some(reader) = self.reader.borrow_mut().take() {
            reader.wake();
        }
    }

    /// Bytes came.
    fn came(&self, patience: Duration) {
        if self.is_answered.get() {
            self.head.borrow_mut().get_or_insert_with(|| Box::pin(sleep(patience)));
        }
    }

    /// Bytes went: whoever asks for more before an answer is out waits for the answer, not we for him.
    fn went(&self, patience: Duration) {
        let mut head = self.head.borrow_mut();
        if head.is_some() {
            *head = Some(Box::pin(sleep(patience)));
        }
    }

    /// Ready when a head took too long.
    fn poll_late(&self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut *self.head.borrow_mut() {
            Some(head) => head.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

/// How fast bytes come.
struct Pace {
    is_fast: bool,
    /// When the window began, with its first bytes.
    since: Instant,
    came: usize,
    /// When bytes were read last.
    last: Instant,
    /// How many windows' bytes may have waited to be read when it began: after a pause of ours they come at once, from
    /// however slow a sender.
    worth: usize,
}

impl Pace {
    fn new(is_fast: bool, now: Instant) -> Self {
        Self { is_fast, since: now, came: 0, last: now, worth: 1 }
    }

    fn count(&mut self, bytes: usize, now: Instant) {
        let gone = now.duration_since(self.since);
        if gone >= WINDOW {
            self.is_fast = self.is_fast() && gone < WINDOW * 2;
            let paused = now.duration_since(self.last).as_millis() / WINDOW.as_millis();
            self.worth = usize::try_from(paused).unwrap_or(usize::MAX).saturating_add(1);
            self.came = 0;
            self.since = now;
        }
        self.last = now;
        self.came = self.came.saturating_add(bytes);
        self.is_fast |= self.is_fast();
    }

    fn is_fast(&self) -> bool {
        self.came >= FAST.saturating_mul(self.worth)
    }

    fn is_brisk(&self) -> bool {
        self.came >= BRISK.saturating_mul(self.worth)
    }
}

impl Connection {
    /// Wraps an accepted connection; each head but the first may take so long from its first byte on.
    #[must_use]
    pub fn of(stream: TcpStream, patience: Duration) -> Self {
        Self {
            stream,
            pace: Pace::new(false, Instant::now()),
            given: false,
            gulped: 0,
            ended: None,
            turn: Rc::default(),
            patience,
        }
    }

    /// What those who answer on it tell it.
    #[must_use]
    pub fn turn(&self) -> Rc<Turn> {
        Rc::clone(&self.turn)
    }

    /// Before anything is written.
    fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.turn.is_cut.get() {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        ready!(self.poll_tell(cx))?;
        self.turn.went(self.patience);
        Poll::Ready(Ok(()))
    }

    /// Sends what is to be said before the answer.
    fn poll_tell(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut interim = self.turn.interim.borrow_mut();
        while !interim.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(cx, &interim))?;
            interim.advance(sent);
        }
        Poll::Ready(Ok(()))
    }

    /// Tells that the line ended, when everything that came before was looked at.
    fn poll_end(&mut self, cx: &mut Context<'_>, ended: Result<()>) -> Poll<Result<()>> {
        if std::mem::take(&mut self.given) {
            // What was given last may hold a head: it is read before the end is told.
            cx.waker().wake_by_ref();
        } else if self.turn.may_end() {
            return Poll::Ready(ended);
        }
        self.turn.has_ended.set(true);
        self.ended = Some(ended);
        Poll::Pending
    }

    fn poll_some(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        if self.pace.is_fast || (self.pace.is_brisk() && self.gulped < GULP) {
            let before = buffer.filled().len();
            let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
            let read = buffer.filled().len() - before;
            self.given |= read > 0;
            self.gulped = if polled.is_pending() { 0 } else { self.gulped.saturating_add(read) };
            return polled;
        }
        if self.given {
            // The socket is not asked and so would wake nobody: come again at once.
            (self.given, self.gulped) = (false, 0);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // What is left at the end of a buffer is filled up and followed by a whole sip.
        let is_sip = buffer.remaining() >= 2 * ROOM;
        let most = if is_sip { SIP.min(buffer.remaining() - ROOM) } else { buffer.remaining() };
        let mut sip = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let polled = Pin::new(&mut self.stream).poll_read(cx, &mut sip);
        let read = sip.filled().len();
        buffer.advance(read);
        self.given = is_sip && polled.is_ready();
        polled
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        if this.turn.is_cut.get() {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        this.turn.is_read_by(cx.waker());
        let _ = this.poll_tell(cx)?;
        let before = buffer.filled().len();
        let polled = match this.ended.take() {
            Some(ended) => Poll::Ready(ended),
            None => this.poll_some(cx, buffer),
        };
        let read = buffer.filled().len() - before;
        if read > 0 {
            let now = Instant::now();
            if this.turn.is_answered.get() {
                // The time between requests says nothing of the line.
                this.pace = Pace::new(this.pace.is_fast, now);
            }
            this.pace.count(read, now);
            this.turn.came(this.patience);
        }
        let polled = match polled {
            Poll::Ready(ended) if read == 0 => this.poll_end(cx, ended),
            polled => polled,
        };
        if polled.is_pending() && this.turn.poll_late(cx).is_ready() {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_begin(cx))?;
        Pin::new(&mut this.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_begin(cx))?;
        Pin::new(&mut this.stream).poll_write_vectored(cx, slices)
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

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: usize = 64 * 1024;

    /// Counts what a phone sends in a second, in eight portions.
    fn second_of(pace: &mut Pace, bytes: usize, from: Instant) -> Instant {
        let at = |eighth: u32| from + WINDOW * eighth / 8;
        (1..=8).for_each(|eighth| pace.count(bytes / 8, at(eighth)));
        at(8)
    }

    #[test]
    fn who_sends_much_in_a_second_is_fast_until_a_second_brings_little() {
        let mut now = Instant::now();
        let mut pace = Pace::new(false, now);
        for (bytes, is_fast) in [(SLOW, false), (2 * FAST, true), (2 * FAST, true), (SLOW, false)] {
            now = second_of(&mut pace, bytes, now);
            pace.count(0, now);
            assert_eq!(pace.is_fast, is_fast, "{bytes}");
        }
    }

    #[test]
    fn what_waited_while_nobody_read_is_no_sign_of_a_fast_sender() {
        let mut now = Instant::now();
        let mut pace = Pace::new(false, now);
        now = second_of(&mut pace, SLOW, now);
        now += WINDOW * 6;
        pace.count(6 * SLOW, now);
        assert!(!pace.is_fast && !pace.is_brisk(), "six seconds of a slow phone came at once");
        now = second_of(&mut pace, SLOW, now);
        assert!(!pace.is_fast);
        // After that much goes on coming, it is one.
        for _ in 0..2 {
            now = second_of(&mut pace, 2 * FAST, now);
        }
        assert!(pace.is_fast);
    }
}
