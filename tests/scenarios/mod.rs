//! What an inspectorate lives through, told from beginning to end over HTTP on an empty database with what comes with
//! the program: one file a scenario, figures exact, for an inspector to read.

mod desk;
mod s06_transfer_of_communes;
mod s07_mergers_of_agencies;
