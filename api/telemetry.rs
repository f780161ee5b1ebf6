//! Logs and metrics: set up once, nothing else. Log lines are a sentence and fields with units.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error.
///
/// # Errors
/// A filter that can't be read, or logging that runs already.
pub fn start_logging(filter: &str, json: bool) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)?;
    // A log that can't be written (a full disk) would be told of on standard error, where that panics.
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let started = if json {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else {
        lines.with_ansi(false).try_init()
    };
    started.map_err(|why| anyhow::anyhow!("logging could not start: {why}"))?;
    // A panic is a line of the log like any other, not several lines that no reader of JSON understands.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let why = panic.payload_as_str().unwrap_or("no text");
        tracing::error!(%at, why, "panicked at {at}");
    }));
    Ok(())
}

/// Starts counting; the handle prints what was counted.
///
/// # Errors
/// A recorder that is installed already.
pub fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
    Ok(PrometheusBuilder::new().set_buckets(&seconds)?.install_recorder()?)
}
