//! Bodies whose reader is watched.
//!
//! Chunked bodies that are answered before their end: the connection is closed then, a moment later. actix-http 3.20
//! waits without any limit for the rest of a chunked body whose reader is gone, so a sender that stops would hold its
//! connection for ever. While something still holds the reader, it does what it does for every other unread body: it
//! says `Connection: close`, takes what comes for a moment, and closes.
//!
//! Bodies of resumable uploads: every byte that came before the line broke is read, see [`Turn::keep`].

use super::connection::Turn;
use super::v1::uploads;
use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::TRANSFER_ENCODING;
use bytes::Bytes;
use futures::Stream;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// The reader of a request's body, held until the answer is out.
#[derive(Clone)]
pub struct Reader {
    payload: Rc<RefCell<Payload>>,
    /// Whom to tell that everything was taken.
    turn: Option<Rc<Turn>>,
}

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut *self.payload.borrow_mut()).poll_next(cx);
        if let Some(turn) = &self.turn {
            turn.hunger(polled.is_pending());
        }
        polled
    }
}

/// Keeps hold of the reader of a chunked body or of an upload's; the request goes on reading through it.
pub fn hold(request: &mut ServiceRequest, turn: Option<&Rc<Turn>>) -> Option<Reader> {
    let turn = turn.filter(|_| uploads::is_of(request.path()));
    if turn.is_none() && !request.headers().contains_key(TRANSFER_ENCODING) {
        return None;
    }
    if let Some(turn) = turn {
        turn.keep();
    }
    let payload = Rc::new(RefCell::new(request.take_payload()));
    let reader = Reader { payload, turn: turn.cloned() };
    let payload: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(reader.clone());
    request.set_payload(Payload::from(payload));
    Some(reader)
}

/// An answer's body with the reader of the request's.
pub struct Holding {
    body: BoxBody,
    _reader: Reader,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}

/// Lets an answer's body keep the reader until it is out.
pub fn held_by(body: BoxBody, reader: Option<Reader>) -> BoxBody {
    match reader {
        Some(reader) => BoxBody::new(Holding { body, _reader: reader }),
        None => body,
    }
}
