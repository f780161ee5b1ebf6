//! What people do, told over HTTP; the names are sentences.

mod accounts;
mod arrivals;
mod at_once;
mod campaigns;
mod door;
mod encryption;
mod evidence;
mod examination;
mod hostile;
mod methods;
mod owners;
mod photos;
mod probes;
mod repeats;
mod review;
mod secrecy;
mod sign_in;
mod sign_in_guards;
mod templates;
mod units;
mod uploads_broken;
mod visits;
