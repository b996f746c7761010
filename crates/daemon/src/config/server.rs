//! How the daemon is reached: address, certificate, proxies, and how much one client may ask.
//!
//! What is said here can be wrong in ways that only show when somebody attacks: whatever is not safe is
//! refused unless the file asks for it by name.

use std::{
    net::{AddrParseError, IpAddr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
};

use ipnet::{IpNet, Ipv4Net};
use serde::Deserialize;

use crate::web::{Origin, Rate};

/// How the daemon is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Whether plain HTTP is spoken on an address that other machines reach.
    pub plain_http: bool,
    /// Under which addresses browsers reach the daemon, beside its own numeric one.
    pub origins: Vec<Origin>,
    /// From where `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<Network>,
    /// Certificate and key; plain HTTP when absent.
    pub tls: Option<Tls>,
    /// How much one client may ask.
    pub limits: Limits,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            plain_http: false,
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            tls: None,
            limits: Limits::default(),
        }
    }
}

/// The daemon's own certificate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate and those between it and its authority, in PEM. Relative to the folder of the
    /// configuration file.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// An address such as `10.0.0.2`, or all of a network such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl Network {
    /// Whether an address is one of these.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl From<IpNet> for Network {
    fn from(net: IpNet) -> Self {
        Self(net)
    }
}

impl From<IpAddr> for Network {
    fn from(single: IpAddr) -> Self {
        Self(single.into())
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let single = |_: AddrParseError| text.parse::<IpNet>().map(Self);
        text.parse::<IpAddr>().map(Self::from).or_else(single).map_err(|_| {
            format!("`{text}` is neither an address such as 10.0.0.2 nor a network such as 10.0.0.0/8")
        })
    }
}

/// How much one client may ask.
///
/// Many phones may stand behind one address, so what is allowed to one is what a busy hall needs and some
/// times over: it stops a flood, not a crowd. Devices and people who are known have bounds of their own, and a
/// flood from the address that they share is not theirs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests of one address that says not who it is, or not so that it is believed.
    pub requests: Rate,
    /// Of these, such as change something: commands and imports.
    pub changes: Rate,
    /// Requests of one device or person, wherever they ask from.
    pub own_requests: Rate,
    /// Of these, such as change something.
    pub own_changes: Rate,
    /// Connections of one address that are no WebSockets.
    pub connections: usize,
    /// Connections of one address, the WebSockets included.
    pub sockets: usize,
    /// Addresses to which all this does not apply.
    pub unlimited: Vec<Network>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: Rate { per_second: 100, burst: 1000 },
            changes: Rate { per_second: 20, burst: 200 },
            // The busiest kiosk gives out a number each two seconds; an officer's page asks little beside presses.
            own_requests: Rate { per_second: 20, burst: 200 },
            own_changes: Rate { per_second: 5, burst: 50 },
            connections: 256,
            sockets: 4096,
            unlimited: vec![
                IpNet::from(Ipv4Net::new_assert([127, 0, 0, 0].into(), 8)).into(),
                IpAddr::from(Ipv6Addr::LOCALHOST).into(),
            ],
        }
    }
}

impl Limits {
    /// Whether an address may do what it likes.
    pub fn spare(&self, address: IpAddr) -> bool {
        self.unlimited.iter().any(|net| net.contains(address))
    }
}

impl Server {
    /// Why it must not listen at `listen` as it is, in a sentence.
    pub fn objection(&self, listen: SocketAddr) -> Option<String> {
        let open = self.tls.is_none() && !self.plain_http && !listen.ip().is_loopback();
        open.then(|| {
            format!(
                "{listen} is reached by other machines, and plain HTTP lets everybody on the network read and change \
                 what passes: name a certificate in [server.tls], put a proxy that has one in front and listen on \
                 127.0.0.1, or allow it with plain_http = true in [server]"
            )
        })
    }

    /// Paths of files are relative to `folder`.
    pub(super) fn settle(&mut self, folder: &Path) {
        if let Some(tls) = &mut self.tls {
            tls.certificate = folder.join(&tls.certificate);
            tls.key = folder.join(&tls.key);
        }
    }

    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let Limits { requests, changes, own_requests, own_changes, .. } = self.limits;
        for (name, rate) in [
            ("requests", requests),
            ("changes", changes),
            ("own_requests", own_requests),
            ("own_changes", own_changes),
        ] {
            if rate.per_second == 0 || rate.burst == 0 {
                faults.push(format!("server.limits.{name}: nobody could ask anything"));
            }
        }
        for (name, most) in [("connections", self.limits.connections), ("sockets", self.limits.sockets)] {
            if most == 0 {
                faults.push(format!("server.limits.{name}: nobody could connect"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_leaves_the_machine_only_when_that_is_said() {
        let read = |text: &str| toml::from_str::<Server>(text).unwrap();
        let tls = "[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"";
        for (text, listen, allowed) in [
            ("", "127.0.0.1:80", true),
            ("", "[::1]:80", true),
            ("", "127.9.9.9:80", true),
            ("", "0.0.0.0:80", false),
            ("", "[::]:80", false),
            ("", "10.0.0.5:80", false),
            ("plain_http = true", "10.0.0.5:80", true),
            (tls, "10.0.0.5:80", true),
        ] {
            assert_eq!(read(text).objection(listen.parse().unwrap()).is_none(), allowed, "{text} {listen}");
        }
    }

    #[test]
    fn a_network_is_an_address_or_a_range() {
        let contains = |net: &str, address: &str| {
            Network::try_from(net.to_owned()).unwrap().contains(address.parse().unwrap())
        };
        assert!(contains("10.0.0.2", "10.0.0.2") && !contains("10.0.0.2", "10.0.0.3"));
        assert!(
            contains("10.0.0.0/8", "10.9.9.9") && contains("::1", "::1") && contains("fd00::/8", "fd12::1")
        );
        for text in ["", "10.0.0", "10.0.0.0/33", "office", "*"] {
            assert!(Network::try_from(text.to_owned()).is_err(), "{text}");
        }
        let limits = Limits::default();
        assert!(limits.spare([127, 1, 2, 3].into()) && limits.spare(Ipv6Addr::LOCALHOST.into()));
        assert!(!limits.spare([10, 0, 0, 1].into()));
    }

    #[test]
    fn limits_that_let_nobody_in_are_refused_by_name() {
        let limits = "requests = { per_second = 0, burst = 1 }\nsockets = 0";
        let server: Server = toml::from_str(&format!("[limits]\n{limits}")).unwrap();
        let faults = server.faults().join("\n");
        assert!(
            faults.contains("server.limits.requests") && faults.contains("server.limits.sockets"),
            "{faults}"
        );
        assert_eq!(Server::default().faults(), [""; 0]);
    }
}
