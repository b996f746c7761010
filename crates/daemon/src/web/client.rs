//! Who asks: the address at the other end, or the one that a proxy names for it.
//!
//! Invariant: what a client says of itself is believed only where a proxy of ours can have written it.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};

use crate::config::Network;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Whether it speaks TLS to us.
    pub secure: bool,
}

/// Who asks, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The address.
    pub address: IpAddr,
    /// Whether nobody on the way can read what is said.
    pub secure: bool,
}

impl Client {
    /// Who sent a request with these headers over a connection to `peer`.
    pub fn of(peer: Peer, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let Peer { address, secure } = peer;
        let address = address.to_canonical();
        let trusted = |address: IpAddr| proxies.iter().any(|net| net.contains(address));
        if !trusted(address) {
            return Self { address, secure };
        }
        // Each proxy adds whom it heard from at the end: the last that is none of ours is the client.
        // What stands before that came from the client and may say anything.
        let mut named = address;
        let lists = headers.get_all(FORWARDED_FOR).iter().rev();
        for text in lists.flat_map(|list| list.to_str().unwrap_or("?").rsplit(',')) {
            let Ok(next) = text.trim().parse::<IpAddr>() else { break };
            named = next.to_canonical();
            if !trusted(named) {
                break;
            }
        }
        // The last word is that of the proxy that stands before us.
        let proto = headers.get_all(FORWARDED_PROTO).iter().next_back();
        let proto = proto.and_then(|list| list.to_str().ok()).and_then(|list| list.rsplit(',').next());
        Self { address: named, secure: secure || proto.is_some_and(|proto| proto.trim() == "https") }
    }

    /// What stands for the client where clients are counted. Of an IPv6 address that is its network: a
    /// single machine has 2^64 addresses of it.
    pub fn key(&self) -> IpAddr {
        key(self.address)
    }
}

/// See [`Client::key`].
pub fn key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client that is seen when a connection comes from `peer` with those headers.
    fn seen(peer: &str, headers: &[(&'static str, &str)]) -> (String, bool) {
        let proxies: Vec<Network> =
            ["10.9.0.0/16", "127.0.0.1"].map(|net| Network::try_from(net.to_owned()).unwrap()).into();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let client = Client::of(Peer { address: peer.parse().unwrap(), secure: false }, &map, &proxies);
        (client.address.to_string(), client.secure)
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        let spoofed = [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "https")];
        for (peer, headers, address, secure) in [
            ("10.1.0.1", &spoofed[..], "10.1.0.1", false),
            ("10.9.0.1", &spoofed[..], "203.0.113.7", true),
            ("10.9.0.1", &[], "10.9.0.1", false),
            ("::ffff:10.9.0.1", &spoofed[..], "203.0.113.7", true),
            // The client wrote the first; the proxy added the last.
            ("10.9.0.1", &[("x-forwarded-for", "203.0.113.7, 10.1.0.1")], "10.1.0.1", false),
            (
                "10.9.0.1",
                &[("x-forwarded-for", "203.0.113.7"), ("x-forwarded-for", "10.1.0.1")],
                "10.1.0.1",
                false,
            ),
            // Two proxies of ours, one behind the other.
            ("127.0.0.1", &[("x-forwarded-for", "1.1.1.1, 10.1.0.1, 10.9.0.2")], "10.1.0.1", false),
            ("10.9.0.1", &[("x-forwarded-for", "unknown")], "10.9.0.1", false),
            ("10.9.0.1", &[("x-forwarded-for", "10.1.0.1, unknown")], "10.9.0.1", false),
            ("10.9.0.1", &[("x-forwarded-proto", "https, http")], "10.9.0.1", false),
            ("10.9.0.1", &[("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")], "10.9.0.1", false),
        ] {
            assert_eq!(seen(peer, headers), (address.to_owned(), secure), "{peer} {headers:?}");
        }
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let of = |text: &str| key(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
