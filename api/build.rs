//! Tells cargo that the program holds the migrations: one that is added alone makes a new program, too.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
