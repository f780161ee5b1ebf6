//! Bytes between us and PostgreSQL, which can lose the answer to a COMMIT.

use super::{Both, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// A COMMIT as a simple query: alone, or with what makes it durable behind it.
const COMMITS: [&[u8]; 2] = [b"COMMIT\0", b"COMMIT; "];

/// Hands bytes on both ways until an end closes or a fault ends it.
pub(super) async fn pass(
    near: &mut TcpStream,
    far: &mut Box<dyn Both>,
    fault: &watch::Receiver<Fault>,
) -> std::io::Result<()> {
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut is_committing = false;
    loop {
        tokio::select! {
            count = near.read(&mut asked) => {
                let asked = &asked[..count?];
                if asked.is_empty() {
                    return Ok(());
                }
                let how = *fault.borrow();
                if let Fault::Delay(time) = how {
                    tokio::time::sleep(time).await;
                }
                is_committing = how == Fault::LoseCommitAnswer
                    && COMMITS.iter().any(|commit| asked.windows(commit.len()).any(|part| part == *commit));
                far.write_all(asked).await?;
            }
            count = far.read(&mut answered) => {
                let answered = &answered[..count?];
                // PostgreSQL has answered, so it is done; nobody will hear of it.
                if answered.is_empty() || is_committing {
                    return Ok(());
                }
                near.write_all(answered).await?;
            }
        }
    }
}
