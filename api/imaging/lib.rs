//! Pixels: the bytes of a photo in, facts and derivatives out.
//!
//! Everything here is synchronous and knows no network, no clock and no files. [`examine`] reads
//! whatever it is given and answers with an [`Examined`]; it never panics, but a hostile file may
//! still make it use the memory and the CPU that the limits allow, so a server calls it through
//! [`child::Decoder`], which runs it in a process of its own that may die without harm.
//!
//! - `format`, `outcome`, `limits`, `facts`: the words;
//! - `jpeg_markers`, `png_chunks`, `webp_chunks`, `heif_boxes`: what a container says about itself,
//!   read before any decoder is trusted;
//! - `exif`: what the camera wrote;
//! - `decode`, `colour`, `raster`, `orient`: from bytes to upright sRGB pixels;
//! - `cover`: what a person wants covered;
//! - `render`, `quality`: the derivatives and what can be measured on them;
//! - `outline`: the parts of a picture that is handed on as it is;
//! - `child`: the decoder process and the one that talks to it.

pub mod child;
pub mod quality;

mod colour;
mod cover;
mod decode;
mod examine;
mod exif;
mod facts;
mod format;
mod heif_boxes;
mod jpeg_markers;
mod limits;
mod orient;
mod outcome;
mod outline;
mod png_chunks;
mod raster;
mod render;
mod webp_chunks;

pub use cover::Cover;
pub use examine::{Head, examine, head, picture};
pub use facts::{ExifFacts, ExifState};
pub use format::{Format, sniff};
pub use limits::Limits;
pub use outcome::{Examined, NoPreview, Picture, Quarantine, Rendered, Size, Warning};
pub use outline::{Outline, outline};
