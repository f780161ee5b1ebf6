//! The decoder child as a program of its own; reads photos on its standard input until it ends.

use std::process::ExitCode;

fn main() -> ExitCode {
    fieldproof_imaging::child::main()
}
