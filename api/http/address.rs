//! Where a request comes from: the peer, or what a trusted proxy says about it.

use actix_web::HttpRequest;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address a request is counted under.
///
/// Forwarded addresses are believed only from a trusted proxy, and only up to the first hop that is none. A proxy
/// writes one of the two headers and passes the other on as the client sent it; where both are there and differ,
/// neither is believed.
#[must_use]
pub fn client(request: &HttpRequest, trusted: &[IpAddr]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| plain(peer.ip()));
    if !trusted.contains(&peer) {
        return peer;
    }
    let joined = |name: &str| {
        let lines: Vec<&str> = request.headers().get_all(name).filter_map(|v| v.to_str().ok()).collect();
        (!lines.is_empty()).then(|| lines.join(","))
    };
    let hops = |list: Option<String>, read: fn(&str) -> Option<IpAddr>| {
        list.map(|list| first_untrusted(&list, trusted, read).unwrap_or(peer))
    };
    match (hops(joined("x-forwarded-for"), address), hops(joined("forwarded"), forwarded_for)) {
        (Some(one), Some(other)) if one != other => peer,
        (Some(ip), _) | (None, Some(ip)) => ip,
        (None, None) => peer,
    }
}

/// From the nearest hop outwards, the first that is not a proxy of ours.
fn first_untrusted(list: &str, trusted: &[IpAddr], read: fn(&str) -> Option<IpAddr>) -> Option<IpAddr> {
    for hop in list.rsplit(',') {
        // What can't be read can't be trusted, nor anything behind it.
        let ip = plain(read(hop.trim())?);
        if !trusted.contains(&ip) {
            return Some(ip);
        }
    }
    None
}

/// An address, perhaps with a port, perhaps in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6))
}

/// The `for` of one hop (RFC 7239 §4).
fn forwarded_for(hop: &str) -> Option<IpAddr> {
    hop.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| address(value.trim())).flatten()
    })
}

/// IPv4 in IPv6 clothes is IPv4.
fn plain(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

/// The network one caller may hold: an IPv4 address, or the first 64 bits of an IPv6 address, of which anybody
/// owns 2^64.
#[must_use]
pub fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn seen(peer: &str, headers: &[(&str, &str)], trusted: &[&str]) -> String {
        let mut request = TestRequest::default();
        if let Ok(peer) = peer.parse() {
            request = request.peer_addr(peer);
        }
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        let trusted: Vec<IpAddr> = trusted.iter().filter_map(|t| t.parse().ok()).collect();
        client(&request.to_http_request(), &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_speak_for_others() {
        let forwarded = [("x-forwarded-for", "203.0.113.7, 198.51.100.2")];
        assert_eq!(seen("192.0.2.1:5", &forwarded, &[]), "192.0.2.1");
        assert_eq!(seen("192.0.2.1:5", &forwarded, &["192.0.2.1"]), "198.51.100.2");
        assert_eq!(seen("192.0.2.1:5", &forwarded, &["192.0.2.1", "198.51.100.2"]), "203.0.113.7");
        assert_eq!(seen("[::ffff:192.0.2.1]:5", &forwarded, &["192.0.2.1"]), "198.51.100.2");
    }

    #[test]
    fn a_client_can_not_slip_in_an_address_through_the_other_header() {
        let both = [("x-forwarded-for", "198.51.100.2"), ("forwarded", "for=203.0.113.7")];
        assert_eq!(seen("192.0.2.1:5", &both, &["192.0.2.1"]), "192.0.2.1");
        let standard = [("forwarded", "for=203.0.113.7, for=\"[2001:db8::1]:4711\";proto=https")];
        assert_eq!(seen("192.0.2.1:5", &standard, &["192.0.2.1"]), "2001:db8::1");
        assert_eq!(seen("192.0.2.1:5", &[("x-forwarded-for", "unknown")], &["192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn ipv6_callers_are_counted_by_their_network() {
        let ip = |text: &str| network(text.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))).to_string();
        assert_eq!(ip("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(ip("198.51.100.2"), "198.51.100.2");
    }
}
