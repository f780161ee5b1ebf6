//! Starting and stopping: claims the folder, listens, accepts connections and lets them finish.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use s3s::auth::SimpleAuth;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::disk::{Store, disk_thread, on_disk_thread};
use crate::fault::Fault;
use crate::front::Front;
use crate::layout::Layout;
use crate::protocol::Door;
use crate::read::{DamagedObject, scrub};
use crate::recover::recover;
use crate::{StoreConfig, StoreError};

/// An idle connection or an unfinished head is closed after this; longer than clients keep theirs (90 s).
const HEAD_TIME: Duration = Duration::from_mins(2);
/// Requests under way may finish for so long when the store is stopped.
const STOP_TIME: Duration = Duration::from_secs(30);
const EXPIRE_EVERY: Duration = Duration::from_hours(1);

/// A store that is listening. Dropping it stops the store without waiting for requests under way.
pub struct Running {
    /// Where it listens, with the port the system chose.
    pub address: SocketAddr,
    store: Arc<Store>,
    stopping: watch::Sender<bool>,
    listening: JoinHandle<()>,
    gone: mpsc::Receiver<()>,
}

impl Running {
    /// Lets requests under way finish (for at most 30 s), then lets go of the folder.
    pub async fn stop(mut self) {
        // The receiver is gone only if the listening task is, and then there is nothing to stop.
        self.stopping.send_replace(true);
        if let Err(error) = self.listening.await {
            tracing::error!(%error, "the listening task died");
        }
        drop(self.store);
        // Work on disk threads cannot be cut off; it holds the store until it is done.
        if tokio::time::timeout(STOP_TIME, self.gone.recv()).await.is_err() {
            tracing::warn!("stopped while work on the disk was still under way");
        }
    }

    /// Serves until the listening task ends, which it does only by a fault or with the runtime.
    pub async fn wait(mut self) {
        if let Err(error) = (&mut self.listening).await {
            tracing::error!(%error, "the listening task died");
        }
    }

    /// Reads every object and compares it with its SHA-256; gives those that are damaged. Takes as long as
    /// reading everything takes.
    pub async fn scrub(&self) -> Vec<DamagedObject> {
        let store = Arc::clone(&self.store);
        on_disk_thread(move || Ok(scrub(&store))).await.unwrap_or_default()
    }
}

/// Claims the folder, reads back what it holds, makes the configured buckets and begins to listen.
///
/// # Errors
/// [`StoreError`] says which of these failed and where.
pub async fn start(config: StoreConfig) -> Result<Running, StoreError> {
    if config.access_key_id.is_empty() || config.secret_access_key.is_empty() {
        return Err(StoreError::Setting("the access key id and its secret must not be empty".to_owned()));
    }
    if let Some(name) = config.buckets.iter().find(|name| !s3s::path::check_bucket_name(name)) {
        return Err(StoreError::Setting(format!("`{name}` is no bucket name by the rules of S3")));
    }
    let (alive, gone) = mpsc::channel(1);
    let auth = SimpleAuth::from_single(config.access_key_id.as_str(), config.secret_access_key.as_str());
    let listen = config.listen;
    let opened = disk_thread(move || open(config, alive)).await;
    let store = opened.map_err(|died| StoreError::Setting(format!("starting failed: {died}")))??;
    let store = Arc::new(store);

    let refused = |error: io::Error| StoreError::Listen { address: listen, error };
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let front = Arc::new(Front::new(Door::new(Arc::clone(&store)), auth));
    let (stopping, stopped) = watch::channel(false);
    let listening = tokio::spawn(accept(listener, front, Arc::clone(&store), stopped));
    tracing::info!(%address, "the object store is listening");
    Ok(Running { address, store, stopping, listening, gone })
}

fn open(config: StoreConfig, alive: mpsc::Sender<()>) -> Result<Store, StoreError> {
    let layout = Layout::new(config.root);
    let lock = layout.claim()?;
    let index = recover(&layout).map_err(|(path, error)| StoreError::Disk { path, error })?;
    let objects: usize = index.buckets.values().map(|bucket| bucket.objects.len()).sum();
    tracing::info!(root = %layout.root().display(), objects, uploads = index.uploads.len(), "read back the store");
    let root = layout.root().to_owned();
    let store = Store::new(layout, index, (config.max_puts, config.upload_expiry), lock, alive);
    store.expire_uploads();
    for name in config.buckets {
        match store.create_bucket(&name) {
            Ok(()) | Err(Fault::BucketExists) => {}
            Err(fault) => return Err(StoreError::Disk { path: root, error: io::Error::other(fault) }),
        }
    }
    Ok(store)
}

async fn accept(
    listener: TcpListener,
    front: Arc<Front>,
    store: Arc<Store>,
    mut stopped: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let mut connections = tokio::task::JoinSet::new();
    let mut expiry = tokio::time::interval(EXPIRE_EVERY);
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    serve_connection(stream, &http, &front, &graceful, &mut connections);
                    while connections.try_join_next().is_some() {}
                }
                Err(error) => {
                    // Out of file descriptors, most likely: connections that end give some back.
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            _ = expiry.tick() => {
                let store = Arc::clone(&store);
                drop(disk_thread(move || match store.expire_uploads() {
                    0 => {}
                    uploads => tracing::info!(uploads, "ended uploads that had come to nothing"),
                }));
            }
            // Both a `true` and a dropped sender mean the end.
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    if *stopped.borrow() && tokio::time::timeout(STOP_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("cut off requests that did not end in time");
    }
    connections.shutdown().await;
}

fn serve_connection(
    stream: TcpStream,
    http: &hyper::server::conn::http1::Builder,
    front: &Arc<Front>,
    graceful: &GracefulShutdown,
    connections: &mut tokio::task::JoinSet<()>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not set TCP_NODELAY");
    }
    let front = Arc::clone(front);
    let answer = hyper::service::service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, Infallible>(front.answer(request).await) }
    });
    let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), answer));
    connections.spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke");
        }
    });
}
