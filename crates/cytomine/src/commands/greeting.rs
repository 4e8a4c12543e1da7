//! What a person reads when the server is up: where to go, with which account, and what to mind.

use std::net::SocketAddr;

use crate::cli::Serve;
use crate::config::{ConfigError, Database};
use crate::say;

/// Prints the greeting. `password` is that of the account `admin` when it was made just now: the only time anybody
/// sees it.
pub(super) fn greet(
    settings: &Serve,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    password: Option<&str>,
) -> Result<(), ConfigError> {
    say::table("Cytomine is ready", &rows(settings, address, metrics, password)?);
    Ok(())
}

fn rows(
    settings: &Serve,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    password: Option<&str>,
) -> Result<Vec<(&'static str, String)>, ConfigError> {
    let tls = settings.tls.files()?.is_some();
    let mut rows = vec![("Open", url(settings, address, tls))];
    if let Some(password) = password {
        rows.push(("User", "admin".to_owned()));
        rows.push(("Password", password.to_owned()));
        rows.push(("", "Shown this once. A new one: cytomine user password admin".to_owned()));
    }
    let database = match settings.system.database.database()? {
        Database::Sqlite => "database inside",
        Database::Postgres(_) => "database on PostgreSQL",
    };
    rows.push(("Data", format!("{} ({database})", settings.system.storage.data.display())));
    if let Some(metrics) = metrics {
        rows.push(("Metrics", format!("http://{metrics}/metrics")));
    }
    let behind_proxy = !settings.server.trusted_proxies.is_empty();
    if !address.ip().is_loopback() && !tls && !behind_proxy {
        rows.push((
            "Mind",
            "Passwords cross the network in clear: add --tls-cert and --tls-key, or --trusted-proxy"
                .to_owned(),
        ));
    }
    rows.push(("Stop", "Ctrl-C".to_owned()));
    Ok(rows)
}

/// The address to open in a browser.
fn url(settings: &Serve, address: SocketAddr, tls: bool) -> String {
    if let Some(url) = &settings.server.public_url {
        return url.to_string();
    }
    let scheme = if tls { "https" } else { "http" };
    if address.ip().is_unspecified() {
        format!("{scheme}://localhost:{port}, or by any other name of this machine", port = address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Command;
    use crate::layers;

    fn shown(flags: &[&str], listening: &str, password: Option<&str>) -> String {
        let arguments = ["cytomine", "serve"].iter().chain(flags).map(Into::into);
        let Command::Serve(settings) = layers::load(arguments, []).unwrap().command else { unreachable!() };
        rows(&settings, listening.parse().unwrap(), None, password)
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect()
    }

    #[test]
    fn the_first_start_shows_the_password() {
        assert_eq!(
            shown(&[], "127.0.0.1:8080", Some("plum-4711")),
            "Open: http://127.0.0.1:8080\n\
             User: admin\n\
             Password: plum-4711\n\
             : Shown this once. A new one: cytomine user password admin\n\
             Data: ./cytomine-data (database inside)\n\
             Stop: Ctrl-C\n"
        );
    }

    #[test]
    fn an_open_port_without_tls_is_pointed_out() {
        let text = shown(&[], "0.0.0.0:80", None);
        assert!(text.starts_with("Open: http://localhost:80, or by any other name"), "{text}");
        assert!(text.contains("Mind: Passwords cross the network in clear"), "{text}");
        assert!(!shown(&["--trusted-proxy=10.0.0.1"], "0.0.0.0:80", None).contains("Mind"));
        let tls = shown(&["--tls-cert=a", "--tls-key=b"], "0.0.0.0:443", None);
        assert!(tls.starts_with("Open: https://") && !tls.contains("Mind"), "{tls}");
    }

    #[test]
    fn the_public_address_is_the_one_to_open() {
        let text = shown(&["--public-url", "https://slides.example"], "127.0.0.1:8080", None);
        assert!(text.starts_with("Open: https://slides.example\n"), "{text}");
    }
}
