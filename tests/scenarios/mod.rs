//! Acceptance scenarios of the inspection process: what an inspectorate does in a year, with exact figures.

mod desk;
mod office;
mod remedies;

mod communes;
mod examples;
mod items;
mod s01;
mod s02;
mod s03;
mod s04;
mod s05;
mod s06_transfer_of_communes;
mod s07_mergers_of_agencies;
mod s08;
mod s09;
mod s10;
