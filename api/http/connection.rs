//! One phone's connection, read a little at a time.

use actix_web::rt::net::TcpStream;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much may be read before the server must do something with it, in bytes.
///
/// Left alone, actix reads until nothing more waits or 128 KiB are there, and keeps a buffer of that size for as long as
/// the connection lives. A phone that was slow once, or whose bytes waited for a question to the database, would hold it
/// for minutes, and there are hundreds of them.
const SIP: usize = 32 * 1024;

/// A connection that hands out its bytes in sips.
pub struct Connection {
    stream: TcpStream,
    left: usize,
}

impl Connection {
    /// Wraps an accepted connection.
    #[must_use]
    pub fn of(stream: TcpStream) -> Self {
        Self { stream, left: SIP }
    }

    /// What it wraps.
    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        if this.left == 0 {
            // The socket is not asked and so would wake nobody: come again at once.
            this.left = SIP;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buffer);
        this.left = match polled {
            Poll::Pending => SIP,
            Poll::Ready(_) => this.left.saturating_sub(buffer.filled().len() - before),
        };
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
