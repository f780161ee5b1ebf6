//! What people do, told over HTTP; the names are sentences.

mod campaigns;
mod owners;
mod probes;
mod templates;
mod units;
