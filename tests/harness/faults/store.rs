//! HTTP between us and the object store, request by request: as much of it as is needed to fail at a chosen place.

use super::{Both, Fault};
use std::io::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

const OVERLOADED: &[u8] =
    b"HTTP/1.1 503 Slow Down\r\ncontent-type: application/xml\r\ncontent-length: 36\r\n\
    connection: close\r\n\r\n<Error><Code>SlowDown</Code></Error>";

/// A side of the line with what was read beyond a head.
struct Side<S> {
    stream: S,
    over: Vec<u8>,
}

/// A head and what it says about the body.
struct Head {
    bytes: Vec<u8>,
    text: String,
}

impl Head {
    fn value(&self, name: &str) -> Option<&str> {
        let mut lines = self.text.lines();
        lines.find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'))).map(str::trim)
    }

    fn length(&self) -> Option<usize> {
        self.value("content-length").and_then(|length| length.parse().ok())
    }

    fn is_chunked(&self) -> bool {
        self.value("transfer-encoding").is_some_and(|value| value.contains("chunked"))
    }

    fn has_body(&self) -> bool {
        let status = self.text.split(' ').nth(1).unwrap_or_default();
        !status.starts_with('1') && status != "204" && status != "304"
    }
}

impl<S: AsyncRead + Unpin> Side<S> {
    async fn more(&mut self) -> Result<usize> {
        self.stream.read_buf(&mut self.over).await
    }

    /// Reads a head; nothing at the end of the stream.
    async fn head(&mut self) -> Result<Option<Head>> {
        loop {
            if let Some(end) = self.over.windows(4).position(|four| four == b"\r\n\r\n") {
                let rest = self.over.split_off(end + 4);
                let bytes = std::mem::replace(&mut self.over, rest);
                let text = String::from_utf8_lossy(&bytes).to_lowercase();
                return Ok(Some(Head { bytes, text }));
            }
            if self.more().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Some bytes, at most so many.
    async fn some(&mut self, most: usize) -> Result<Vec<u8>> {
        if self.over.is_empty() && self.more().await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let rest = self.over.split_off(most.min(self.over.len()));
        Ok(std::mem::replace(&mut self.over, rest))
    }

    /// Hands a body of known length on, with one bit turned, or to a place where the line stops.
    async fn body<T: AsyncWrite + Unpin>(
        &mut self,
        to: &mut T,
        length: usize,
        flip: Option<usize>,
        stop: Option<usize>,
    ) -> Result<()> {
        let mut at = 0;
        while at < length {
            let until = stop.unwrap_or(length).min(length);
            if at >= until {
                return Err(Error::other("as told"));
            }
            let mut part = self.some(until - at).await?;
            if let Some(place) = flip.and_then(|place| place.checked_sub(at))
                && let Some(byte) = part.get_mut(place)
            {
                *byte ^= 0x10;
            }
            to.write_all(&part).await?;
            at += part.len();
        }
        to.flush().await
    }
}

/// Hands requests and answers on until an end closes or a fault ends it.
pub(super) async fn pass(
    near: &mut TcpStream,
    far: &mut Box<dyn Both>,
    fault: &watch::Receiver<Fault>,
) -> Result<()> {
    let mut near = Side { stream: near, over: Vec::new() };
    let mut far = Side { stream: far, over: Vec::new() };
    while let Some(request) = near.head().await? {
        let fault = *fault.borrow();
        let is_put = request.text.starts_with("put ");
        let is_get = request.text.starts_with("get ");
        match fault {
            Fault::Delay(time) => tokio::time::sleep(time).await,
            Fault::Overloaded => {
                let _ = near.body(&mut tokio::io::sink(), request.length().unwrap_or(0), None, None).await;
                return near.stream.write_all(OVERLOADED).await;
            }
            _ => {}
        }
        far.stream.write_all(&request.bytes).await?;
        let (flip, stop) = match fault {
            Fault::FlipPut(place) if is_put => (Some(place), None),
            Fault::CutPut(place) | Fault::StallPut(place) if is_put => (None, Some(place)),
            _ => (None, None),
        };
        let passed = near.body(&mut far.stream, request.length().unwrap_or(0), flip, stop).await;
        if passed.is_err() && matches!(fault, Fault::StallPut(_)) {
            std::future::pending::<()>().await;
        }
        passed?;
        let answer = loop {
            let Some(answer) = far.head().await? else { return Ok(()) };
            // 100 Continue may come before the answer itself.
            if answer.text.contains("http/1.1 1") {
                near.stream.write_all(&answer.bytes).await?;
            } else {
                break answer;
            }
        };
        if fault == Fault::LosePutAnswer && is_put {
            return Ok(());
        }
        near.stream.write_all(&answer.bytes).await?;
        if request.text.starts_with("head ") || !answer.has_body() {
            continue;
        }
        let flip = if let Fault::FlipGet(place) = fault { Some(place).filter(|_| is_get) } else { None };
        match answer.length() {
            Some(length) => far.body(&mut near.stream, length, flip, None).await?,
            None if answer.is_chunked() => chunked(&mut far, &mut *near.stream).await?,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// Hands a chunked body on: it ends with a chunk of no length.
async fn chunked<S: AsyncRead + Unpin>(far: &mut Side<S>, near: &mut TcpStream) -> Result<()> {
    let mut tail = Vec::new();
    while !tail.ends_with(b"0\r\n\r\n") {
        let part = far.some(usize::MAX).await?;
        near.write_all(&part).await?;
        tail.extend_from_slice(&part);
        tail.drain(..tail.len().saturating_sub(8));
    }
    Ok(())
}
