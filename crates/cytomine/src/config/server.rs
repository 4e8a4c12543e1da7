//! Section `server`: addresses, proxies, who may call.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderValue;
use clap::Args;
use cytomine_api::DEFAULT_WINDOW;
use cytomine_api::edge::{ProxyHeaders, PublicUrl};
use ipnet::IpNet;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerSettings {
    /// Address and port to listen on; 0.0.0.0 stands for every network of this machine.
    #[arg(
        id = "server.listen",
        long = "listen",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: SocketAddr,
    /// Address people use, such as https://slides.example.org. Without it the request's own scheme and host count.
    #[arg(id = "server.public_url", long = "public-url", value_name = "URL")]
    pub(crate) public_url: Option<PublicUrl>,
    /// Proxy whose forwarded headers count, an address or a range such as 10.0.0.0/8. May be repeated.
    #[arg(id = "server.trusted_proxy", long = "trusted-proxy", value_name = "RANGE", value_parser = parse_range)]
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Headers that these proxies set and whose others they hand on as the client sent them: x-forwarded stands for
    /// X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host, forwarded for Forwarded (RFC 7239).
    #[arg(
        id = "server.proxy_headers",
        long = "proxy-headers",
        value_name = "HEADERS",
        default_value_t = ProxyHeaders::XForwarded,
        value_parser = parse_headers
    )]
    pub(crate) proxy_headers: ProxyHeaders,
    /// Foreign web page that may call the API with a user's session, such as https://viewer.example. May be
    /// repeated.
    #[arg(id = "server.cors_origin", long = "cors-origin", value_name = "ORIGIN", value_parser = parse_origin)]
    pub(crate) cors_origins: Vec<HeaderValue>,
    /// Minutes that the date of a signed request may lie before or after the server's time.
    #[arg(
        id = "server.signature_window",
        long = "signature-window",
        value_name = "MINUTES",
        default_value_t = DEFAULT_WINDOW,
        value_parser = clap::value_parser!(u64).range(1..=1_440)
    )]
    pub(crate) signature_window: u64,
    /// Seconds that requests being worked on, such as uploads, have to finish when the server is asked to stop. Whoever
    /// stops it should wait at least 15 seconds longer before killing it.
    #[arg(id = "server.drain", long = "drain", value_name = "SECONDS", default_value = "25")]
    pub(crate) drain: u32,
}

/// The operators' port, which server and worker have.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct MetricsSettings {
    /// Address and port of /metrics and /health for operators, or `off`.
    #[arg(
        id = "server.metrics_listen",
        long = "metrics-listen",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:9090"
    )]
    pub(crate) listen: MetricsListen,
}

/// Where operators ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MetricsListen {
    Off,
    At(SocketAddr),
}

impl MetricsListen {
    /// The address; `None` = off.
    pub(crate) fn address(self) -> Option<SocketAddr> {
        match self {
            Self::Off => None,
            Self::At(address) => Some(address),
        }
    }
}

impl FromStr for MetricsListen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            _ => match text.parse() {
                Ok(address) => Ok(Self::At(address)),
                Err(_) => Err("write an address with a port such as 127.0.0.1:9090, or `off`".to_owned()),
            },
        }
    }
}

fn parse_range(text: &str) -> Result<IpNet, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    text.parse().map_err(|_| "write an address such as 10.0.0.5 or a range such as 10.0.0.0/8".to_owned())
}

fn parse_headers(text: &str) -> Result<ProxyHeaders, String> {
    let known = ProxyHeaders::ALL.iter().find(|(name, _)| *name == text);
    known.map(|(_, headers)| *headers).ok_or_else(|| "write x-forwarded or forwarded".to_owned())
}

/// An origin as browsers send it, so that comparing bytes is enough.
fn parse_origin(text: &str) -> Result<HeaderValue, String> {
    let url: PublicUrl = text.parse().map_err(|error: <PublicUrl as FromStr>::Err| error.to_string())?;
    HeaderValue::try_from(url.to_string()).map_err(|error| error.to_string())
}
