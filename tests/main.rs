//! Everything Fieldproof promises, tried from outside, in one binary.

fn main() {}
