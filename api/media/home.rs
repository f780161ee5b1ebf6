//! Where calls to the store run: on the runtime the client was made in.
//!
//! A connection lives in the runtime that opened it. Each serving thread has one of its own that ends when the thread
//! has nothing left to do at shutdown, and a pooled connection would end with it under another thread's upload.

use super::Error;
use std::future::Future;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// The runtime that outlives every serving thread.
#[derive(Clone)]
pub(super) struct Home(Handle);

/// Ends a call whose caller has gone, as dropping its future would.
struct Leash<T>(JoinHandle<T>);

impl<T> Drop for Leash<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Home {
    /// The runtime of whoever opens the client.
    pub(super) fn here() -> Self {
        Self(Handle::current())
    }

    /// Makes a call there.
    ///
    /// # Errors
    /// [`Error::Busy`] when the runtime is ending.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Error> {
        let mut leash = Leash(self.0.spawn(call));
        (&mut leash.0).await.map_err(|why| Error::Busy(why.to_string()))
    }
}
