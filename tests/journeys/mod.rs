//! What people do, told over HTTP; the names are sentences.

mod accounts;
mod campaigns;
mod disclosure;
mod door;
mod owners;
mod photos;
mod probes;
mod repeats;
mod review;
mod sealed_timing;
mod secrecy;
mod sign_in;
mod sign_in_guards;
mod templates;
mod units;
mod uploads_broken;
mod visits;
mod walk;
