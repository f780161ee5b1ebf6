//! Lines to the outside that can be told to fail: a small proxy in front of the real object store or the real
//! PostgreSQL. Nothing behind it is imitated; it only cuts, delays, loses or changes what passes.

mod database;
mod store;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What a line does to whatever passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Cuts every connection there is and every new one.
    Cut,
    /// Goes on taking connections and bytes, as a firewall that lost its table does; nothing comes out, ever, on any
    /// connection that lived while it lasted.
    Swallow,
    /// Each request waits for so long.
    Delay(Duration),
    /// Each request is answered 503, as a store that is overloaded does.
    Overloaded,
    /// Each PUT is cut when so many bytes of its body have passed.
    CutPut(usize),
    /// Each PUT stands still when so many bytes of its body have passed.
    StallPut(usize),
    /// Each PUT reaches the store whole; its answer does not come back.
    LosePutAnswer,
    /// In each PUT the bit at this place of its body is turned.
    FlipPut(usize),
    /// In each answer to a GET the bit at this place of its body is turned.
    FlipGet(usize),
    /// Each COMMIT reaches PostgreSQL and takes effect; its answer does not come back.
    LoseCommitAnswer,
}

/// Where a line leads.
#[derive(Clone, Debug)]
pub enum Far {
    /// An address.
    Tcp(String),
    /// A socket in the file system.
    Unix(PathBuf),
}

trait Both: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Both for T {}

impl Far {
    async fn connect(&self) -> std::io::Result<Box<dyn Both>> {
        Ok(match self {
            Self::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Self::Unix(path) => Box::new(UnixStream::connect(path).await?),
        })
    }
}

/// What is spoken on a line.
#[derive(Clone, Copy, Debug)]
enum Spoken {
    Http,
    Postgres,
}

/// A line that can be told to fail.
pub struct Line {
    /// Where its near end listens.
    pub address: SocketAddr,
    fault: Arc<watch::Sender<Fault>>,
    accepting: JoinHandle<()>,
}

impl Line {
    /// A line to an S3 server.
    pub async fn to_store(far: SocketAddr) -> Self {
        Self::open(Far::Tcp(far.to_string()), Spoken::Http).await
    }

    /// A line to PostgreSQL.
    pub async fn to_postgres(far: Far) -> Self {
        Self::open(far, Spoken::Postgres).await
    }

    async fn open(far: Far, spoken: Spoken) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let fault = Arc::new(watch::Sender::new(Fault::None));
        let faults = Arc::clone(&fault);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                connections.spawn(connection(near, far.clone(), spoken, faults.subscribe()));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, fault, accepting }
    }

    /// Fails like this from now on; [`Fault::None`] heals.
    pub fn fail(&self, how: Fault) {
        self.fault.send_replace(how);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Serves one connection until it ends or is cut.
async fn connection(near: TcpStream, far: Far, spoken: Spoken, fault: watch::Receiver<Fault>) {
    let (mut cut, mut swallowed) = (fault.clone(), fault.clone());
    // Dropped with bytes unread, it is reset, as a cut line is.
    let _ = near.set_nodelay(true);
    let mut near = near;
    tokio::select! {
        biased;
        _ = cut.wait_for(|how| *how == Fault::Cut) => return,
        _ = swallowed.wait_for(|how| *how == Fault::Swallow) => {}
        () = pass(&mut near, &far, spoken, fault) => return,
    }
    // Held open and never read again, also when the line is healed.
    std::future::pending::<()>().await;
}

async fn pass(near: &mut TcpStream, far: &Far, spoken: Spoken, fault: watch::Receiver<Fault>) {
    let Ok(mut far) = far.connect().await else { return };
    // How it ended is for the two ends to find out.
    let _ = match spoken {
        Spoken::Http => store::pass(near, &mut far, &fault).await,
        Spoken::Postgres => database::pass(near, &mut far, &fault).await,
    };
}
