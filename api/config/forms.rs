//! Values that have a form of their own: each check says what the value must be, for the fault that names its setting.

use tracing_subscriber::EnvFilter;

/// A check of a value that is set.
pub(super) type Form = fn(&str) -> Result<(), &'static str>;

fn when(holds: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// Host and port of a URL of http or https that has nothing else in it.
fn authority(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let bare = rest.strip_suffix('/').unwrap_or(rest);
    (!bare.is_empty() && !bare.contains(['/', '?', '#', '@', ' '])).then_some(bare)
}

/// Where an S3 server answers.
pub(super) fn endpoint(text: &str) -> Result<(), &'static str> {
    when(authority(text).is_some(), "is not a URL such as https://s3.example or http://127.0.0.1:9400")
}

/// Web origins, comma separated (RFC 6454).
pub(super) fn origins(text: &str) -> Result<(), &'static str> {
    let mut all = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    let good = all.all(|origin| authority(origin).is_some() && !origin.ends_with('/'));
    when(good, "is not a list of origins such as https://review.example, without path or closing slash")
}

/// What is logged.
pub(super) fn log_filter(text: &str) -> Result<(), &'static str> {
    when(EnvFilter::try_new(text).is_ok(), "is not a filter such as info or info,fieldproof=debug")
}
