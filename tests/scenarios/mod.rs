//! Acceptance scenarios of the inspection process: what an inspectorate does in a year, with exact figures.

mod office;

mod s01;
mod s03;
mod s04;
mod s05;
mod s08;
