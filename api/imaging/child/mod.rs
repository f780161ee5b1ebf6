//! Decoding in a process of its own, which may die without harm.
//!
//! [`main`] is the child: it limits itself, lets the kernel wall it in ([`confine`]), then reads photos from its standard input and writes what it
//! found to its standard output. [`Decoder`] is the other side: it starts the child, hands it photos,
//! stops it when it takes too long and starts another one when it has died.

mod confine;
mod decoder;
mod inside;
mod wire;

pub use confine::confine;
pub use decoder::{ChildDied, Decoder};
pub use inside::{PHOTOS_FLAG, main};
