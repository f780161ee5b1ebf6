//! What the kernel is told about the sockets of phones.

use actix_web::rt::net::TcpStream;
use socket2::{Domain, SockRef, Socket, Type};
use std::net::TcpListener;
use std::time::Duration;

/// What a connection may hold of what came and was not read yet, in bytes; the kernel takes as much again for itself.
const ROOM: usize = 512 * 1024;

/// Gives every connection its whole room from the beginning.
///
/// Left alone, the kernel begins with 64 KiB and gives more, to many megabytes, as it sees what is read. Each line a phone
/// comes back on begins anew then, in small portions, which cost a tenth of what a photo does; and what a broken line had
/// brought and nobody had read yet, which its phone sends again, has no bound but the kernel's. A line of 50 Mbit/s and 80
/// ms fills this room. Where the system allows less (`net.core.rmem_max`), what the kernel does by itself is better.
pub(super) fn give_room(listener: &TcpListener) {
    let given = is_allowed().and_then(|is_allowed| {
        if is_allowed { SockRef::from(listener).set_recv_buffer_size(ROOM) } else { Ok(()) }
    });
    if let Err(why) = given {
        tracing::debug!(%why, "new connections begin with as little room as the kernel gives");
    }
}

/// Whether a socket gets as much as it asks for: asked of one that is used for nothing, since one that gets less is left with
/// it.
fn is_allowed() -> std::io::Result<bool> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_recv_buffer_size(ROOM)?;
    // Linux tells what it takes for itself, too.
    Ok(socket.recv_buffer_size()? >= 2 * ROOM)
}

/// Closes connections whose other end takes nothing of an answer for so long: as bodies on their way in must keep
/// moving, so must those on their way out. The kernel counts (`TCP_USER_TIMEOUT`, which holds for a closed window too),
/// since nobody here is woken for a socket that can't be written to.
pub(super) fn let_go_of_the_deaf(stream: &TcpStream, patience: Duration) {
    if let Err(why) = SockRef::from(stream).set_tcp_user_timeout(Some(patience)) {
        tracing::debug!(%why, "a connection has no limit for answers nobody takes");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use std::net::TcpStream;

    fn room_of_a_connection(listener: &TcpListener) -> usize {
        let _phone = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        SockRef::from(&stream).recv_buffer_size().unwrap()
    }

    #[test]
    fn a_new_connection_has_its_whole_room_or_what_the_kernel_gives_by_itself() {
        let bind = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (left_alone, ours) = (bind(), bind());
        give_room(&ours);
        let (by_itself, given) = (room_of_a_connection(&left_alone), room_of_a_connection(&ours));
        if is_allowed().unwrap() {
            assert!(given >= 2 * ROOM && given > by_itself, "{given} where {by_itself} are left alone");
        } else {
            assert_eq!(given, by_itself);
        }
    }
}
