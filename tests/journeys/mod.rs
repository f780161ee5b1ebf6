//! What people do, told over HTTP; the names are sentences.

mod probes;
