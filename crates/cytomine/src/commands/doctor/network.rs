//! The network: names that must be found, addresses that must be out of reach, the server that runs here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::Finding;
use crate::config::{Database, DatabaseSettings, MetricsSettings};

/// Longest wait for a name or a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// A name that takes longer is asked of servers that do not answer first.
const SLOW: Duration = Duration::from_secs(1);

/// Longest wait for a connection that shall not come to be.
const REFUSED: Duration = Duration::from_secs(2);

/// Whether the name of the database's host is found.
pub(super) async fn names(settings: &DatabaseSettings) -> Vec<Finding> {
    let Ok(Database::Postgres(url)) = settings.database() else { return Vec::new() };
    let Some(host) = host(&url).filter(|host| host.parse::<IpAddr>().is_err()) else { return Vec::new() };
    let begun = Instant::now();
    let outcome = timeout(PATIENCE, lookup_host((host.as_str(), 0))).await;
    let taken = begun.elapsed();
    let remedy = "Check the name in the address of the database, and that this machine's name server answers";
    vec![match outcome {
        Err(_) => Finding::fail("DNS", format!("{host}: no answer within {} s", PATIENCE.as_secs()), remedy),
        Ok(Err(cause)) => Finding::fail("DNS", format!("{host}: {cause}"), remedy),
        Ok(Ok(found)) => {
            let addresses: Vec<String> = found.map(|address| address.ip().to_string()).collect();
            let text = format!("{host} is {} ({:.0} ms)", addresses.join(", "), taken.as_secs_f64() * 1000.0);
            if taken > SLOW {
                let remedy = "In a cluster use the short name of the Service, or its full name with the cluster's domain";
                Finding::warn("DNS", text, remedy)
            } else {
                Finding::ok("DNS", text)
            }
        }
    }]
}

/// Whether the cluster keeps this pod from what it does not need: nothing in it may reach the API server.
pub(super) async fn policy() -> Vec<Finding> {
    let host = std::env::var("KUBERNETES_SERVICE_HOST").ok().and_then(|host| host.parse::<IpAddr>().ok());
    let Some(host) = host else { return Vec::new() };
    let port =
        std::env::var("KUBERNETES_SERVICE_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(443);
    let address = SocketAddr::new(host, port);
    vec![match timeout(REFUSED, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Finding::warn(
            "policy",
            format!("network policies are not enforced: this pod reaches the API server at {address}"),
            "Use a network plug-in that enforces NetworkPolicy (Calico, Cilium), and set networkPolicy.enabled",
        ),
        Ok(Err(_)) | Err(_) => Finding::ok("policy", format!("enforced: {address} cannot be reached")),
    }]
}

/// Whether the server that runs here is ready.
pub(super) async fn server(settings: &MetricsSettings) -> Vec<Finding> {
    let Some(address) = settings.listen.address().map(reachable) else { return Vec::new() };
    let remedy = "See its log";
    vec![match get(address, "/health/ready?verbose").await {
        None => Finding::ok("server", format!("none runs here: nothing answers at {address}")),
        Some((200, _)) => Finding::ok("server", format!("ready, says {address}")),
        Some((503, report)) => {
            let troubles: Vec<&str> = report.lines().filter(|line| !line.contains(": ok (")).collect();
            Finding::warn("server", format!("not ready: {}", troubles.join("; ")), remedy)
        }
        Some((status, _)) => {
            Finding::warn("server", format!("another program answers at {address} ({status})"), remedy)
        }
    }]
}

/// What the operators' port answers to a path: status and body; `None` = nothing answers.
pub(super) async fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let asked = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    };
    timeout(PATIENCE, asked).await.ok().flatten()
}

/// Where a port of this machine is asked that listens on every address.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port())
    } else {
        address
    }
}

/// The host in the address of a database; `None` = a socket in the file system.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let (before, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let named = parameters.split('&').find_map(|pair| pair.strip_prefix("host="));
    let authority = before.split('/').next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match (named, authority.strip_prefix('[')) {
        (Some(named), _) => named,
        (None, Some(ipv6)) => ipv6.split(']').next().unwrap_or_default(),
        (None, None) => authority.split(':').next().unwrap_or_default(),
    };
    (!host.is_empty() && !host.starts_with('/') && !host.starts_with("%2F")).then(|| host.to_owned())
}

/// Whether the database is on this machine.
pub(super) fn is_local(url: &str) -> bool {
    host(url).is_none_or(|host| {
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_found_in_every_form_of_address() {
        for (url, expected) in [
            ("postgres://ada@db:5432/cytomine?sslmode=verify-full", Some("db")),
            ("postgres://db", Some("db")),
            ("postgresql://[::1]:5432/x", Some("::1")),
            ("postgresql:///x?host=/run/postgresql", None),
            ("postgresql://ada@localhost/x?sslmode=disable&host=/run/postgresql", None),
            ("postgres:///x?host=db.example", Some("db.example")),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
        assert!(is_local("postgres://[::1]/x") && is_local("postgres://localhost/x"));
        assert!(is_local("postgres:///x?host=/run/postgresql") && !is_local("postgres://db/x"));
    }

    #[tokio::test]
    async fn a_port_where_nothing_answers_is_no_server() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert_eq!(get(address, "/").await, None);
        assert_eq!(reachable("0.0.0.0:9090".parse().unwrap()).to_string(), "127.0.0.1:9090");
    }
}
