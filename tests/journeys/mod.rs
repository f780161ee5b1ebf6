//! What people do, told over HTTP; the names are sentences.

mod door;
mod photos;
mod probes;
mod uploads_broken;
