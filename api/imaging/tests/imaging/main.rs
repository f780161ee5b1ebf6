//! What the room promises, tried from outside: made pictures, damaged ones, bombs, real photos where
//! they lie beside the project, and the decoder process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may stop at the first surprise and explains itself by its name"
)]

mod bombs;
mod confinement;
mod damage;
mod decoder;
mod derivatives;
mod made;
mod real_photos;
