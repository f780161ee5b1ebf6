//! What people do, told over HTTP; the names are sentences.

mod door;
mod probes;
mod secrecy;
mod visits;
