//! Where a request comes from: the peer, or what a proxy we trust says about it.

use crate::config::Config;
use actix_web::HttpRequest;
use std::net::IpAddr;

/// The address nearest to the caller that somebody we trust vouches for: the last one in `X-Forwarded-For` that is no
/// proxy of ours. What stands before it anybody may have written.
#[must_use]
pub fn source(request: &HttpRequest, config: &Config) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    let said: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    nearest(peer, &said, &config.trusted_proxies)
}

fn nearest(peer: IpAddr, said: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let mut nearest = peer;
    for hop in said.iter().rev() {
        if !trusted.contains(&nearest) {
            break;
        }
        match hop.trim().parse() {
            Ok(ip) => nearest = ip,
            Err(_) => break,
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let ip = |last| IpAddr::from([10, 0, 0, last]);
        assert_eq!(nearest(ip(1), &["10.0.0.9"], &[]), ip(1));
        assert_eq!(nearest(ip(1), &["10.0.0.9"], &[ip(1)]), ip(9));
        assert_eq!(nearest(ip(1), &["10.0.0.7", "10.0.0.9"], &[ip(1)]), ip(9));
        assert_eq!(nearest(ip(1), &["10.0.0.7", "10.0.0.2"], &[ip(1), ip(2)]), ip(7));
        assert_eq!(nearest(ip(1), &["nonsense"], &[ip(1)]), ip(1));
    }
}
