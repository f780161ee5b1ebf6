//! What people do, told over HTTP; the names are sentences.

mod accounts;
mod campaigns;
mod command_line;
mod database_outages;
mod door;
mod figures;
mod framing;
mod keys;
mod owners;
mod photos;
mod probes;
mod repeats;
mod review;
mod secrecy;
mod sign_in;
mod sign_in_guards;
mod slow_lines;
mod stopping;
mod store_outages;
mod templates;
mod units;
mod uploads_broken;
mod visits;
