//! The store alone on one folder: `serve FOLDER ADDRESS`, keys from `STORE_KEY` and `STORE_SECRET`.
//!
//! Prints the address it listens on and serves until it is killed; for tests and measurements.

use std::io::Write;

use fieldproof_store::{StoreConfig, start};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(root), Some(listen)) = (arguments.next(), arguments.next()) else {
        return Err("usage: serve FOLDER ADDRESS".into());
    };
    let key = std::env::var("STORE_KEY").unwrap_or_else(|_| "key".to_owned());
    let secret = std::env::var("STORE_SECRET").unwrap_or_else(|_| "secret".to_owned());
    let mut config = StoreConfig::new(root, listen.parse()?, key, secret);
    config.buckets = vec!["evidence".to_owned()];
    let running = start(config).await?;
    let mut out = std::io::stdout();
    writeln!(out, "http://{}", running.address)?;
    out.flush()?;
    running.wait().await;
    Ok(())
}
