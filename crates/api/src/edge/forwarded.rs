//! Where a request came from and what the client believes this server is called.
//!
//! Both decide over security (the check of `Origin`, secure cookies, rate limits per address) and stand in answers
//! (absolute addresses of pictures). So headers of proxies count only when the peer is a trusted proxy, only those that
//! the operator says it sets (it hands on others as the client sent them), and of a chain only the part that trusted
//! proxies wrote: the client is the last address that is not one of them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use http::uri::Authority;
use http::{HeaderMap, Uri, header};
use ipnet::IpNet;

/// With or without TLS, as the client sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            _ => None,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// The address people use for this server: scheme, host, perhaps a port, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: Scheme,
    host: String,
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let refused = || PublicUrlError(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| refused())?;
        let scheme = uri.scheme_str().and_then(Scheme::parse).ok_or_else(refused)?;
        let authority = uri.authority().ok_or_else(refused)?;
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        if !bare || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(refused());
        }
        Ok(Self { scheme, host: normal_host(scheme, authority.as_str()) })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

/// The text is no address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the address of a server: write scheme and host only, such as `https://slides.example.org`"
)]
pub struct PublicUrlError(String);

/// Where one request came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestOrigin {
    /// Scheme the client used.
    pub scheme: Scheme,
    /// Host the client used, lower case, with the port unless it is the scheme's own.
    pub host: String,
    /// Address of the client.
    pub client: IpAddr,
    /// Whether the peer is a trusted proxy.
    pub proxied: bool,
    /// Scheme and host of this very connection where they differ from the above, as with clients inside a cluster
    /// that do not use the public address.
    pub direct: Option<(Scheme, String)>,
}

impl RequestOrigin {
    /// `https://slides.example.org`: what absolute addresses in answers start with.
    pub fn base_url(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    /// Every address under which the client may have reached this server, the public one first.
    pub fn base_urls(&self) -> Vec<String> {
        let mut bases = vec![self.base_url()];
        bases.extend(self.direct.iter().map(|(scheme, host)| format!("{scheme}://{host}")));
        bases
    }

    /// Whether a cookie may be marked `Secure`.
    pub fn is_secure(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// Whether the host is a name of the machine itself, where a pinned scheme would hit unrelated programs.
    pub fn is_loopback_name(&self) -> bool {
        let name = self.host.rsplit_once(':').map_or(self.host.as_str(), |(name, _)| name);
        name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.") || name == "[::1]"
    }
}

/// Which headers the trusted proxies set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProxyHeaders {
    /// `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl ProxyHeaders {
    /// Both, by the names that settings have for them.
    pub const ALL: [(&str, Self); 2] = [("x-forwarded", Self::XForwarded), ("forwarded", Self::Forwarded)];
}

impl fmt::Display for ProxyHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::XForwarded => "x-forwarded",
            Self::Forwarded => "forwarded",
        })
    }
}

/// Finds out where requests come from.
#[derive(Debug, Clone, Default)]
pub struct OriginResolver {
    /// The address people use, when it is set; it wins over everything a request says.
    pub public_url: Option<PublicUrl>,
    /// Proxies whose headers count.
    pub trusted: Vec<IpNet>,
    /// Which headers of theirs count.
    pub proxy_headers: ProxyHeaders,
    /// Whether this server itself speaks TLS.
    pub tls: bool,
}

impl OriginResolver {
    /// Resolves one request; `peer` is the other end of the connection.
    pub fn resolve(&self, peer: Option<IpAddr>, uri: &Uri, headers: &HeaderMap) -> RequestOrigin {
        // A listener on `[::]` reports IPv4 peers as `::ffff:10.0.0.1`.
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        let proxied = self.trusts(peer);
        let own_scheme = if self.tls { Scheme::Https } else { Scheme::Http };
        let own_host = sent_host(uri, headers).unwrap_or_else(|| "localhost".to_owned());
        let chain = if proxied { Chain::read(headers, self.proxy_headers) } else { Chain::default() };
        let (client, hop) = self.client(peer, &chain);
        let (scheme, host) = match &self.public_url {
            Some(url) => (url.scheme, url.host.clone()),
            None => {
                let scheme = chain.proto(hop).unwrap_or(own_scheme);
                let host = chain.host(hop).unwrap_or_else(|| own_host.clone());
                (scheme, normal_host(scheme, &host))
            }
        };
        let own_host = normal_host(own_scheme, &own_host);
        let direct = (own_scheme != scheme || own_host != host).then_some((own_scheme, own_host));
        RequestOrigin { scheme, host, client, proxied, direct }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|range| range.contains(&address))
    }

    /// The client, and how many proxies before the last one it is away.
    fn client(&self, peer: IpAddr, chain: &Chain) -> (IpAddr, usize) {
        let mut client = peer;
        for (hop, address) in chain.addresses.iter().rev().enumerate() {
            match address {
                // What an unknown name or an obfuscated one stands for cannot be trusted to go on.
                None => return (client, hop),
                Some(address) if self.trusts(*address) => client = *address,
                Some(address) => return (*address, hop),
            }
        }
        (client, chain.addresses.len().saturating_sub(1))
    }
}

/// What proxies wrote, each list in the order of the hops: the client's side first.
#[derive(Debug, Default)]
struct Chain {
    addresses: Vec<Option<IpAddr>>,
    protos: Vec<String>,
    hosts: Vec<String>,
}

impl Chain {
    fn read(headers: &HeaderMap, which: ProxyHeaders) -> Self {
        match which {
            ProxyHeaders::XForwarded => Self {
                addresses: list(headers, "x-forwarded-for").iter().map(|text| address(text)).collect(),
                protos: list(headers, "x-forwarded-proto"),
                hosts: list(headers, "x-forwarded-host"),
            },
            ProxyHeaders::Forwarded => Self::read_forwarded(headers),
        }
    }

    fn read_forwarded(headers: &HeaderMap) -> Self {
        let mut chain = Self::default();
        for element in &list(headers, "forwarded") {
            let mut found = None;
            for pair in element.split(';') {
                let Some((name, value)) = pair.split_once('=') else { continue };
                let value = value.trim().trim_matches('"');
                match name.trim().to_ascii_lowercase().as_str() {
                    "for" => found = address(value),
                    "proto" => chain.protos.push(value.to_owned()),
                    "host" => chain.hosts.push(value.to_owned()),
                    _ => {}
                }
            }
            chain.addresses.push(found);
        }
        chain
    }

    fn proto(&self, hop: usize) -> Option<Scheme> {
        at_hop(&self.protos, hop).and_then(|text| Scheme::parse(text))
    }

    fn host(&self, hop: usize) -> Option<String> {
        at_hop(&self.hosts, hop).and_then(|text| valid_host(text))
    }
}

/// The entry that the proxy nearest to the client wrote: `hop` places from the right, or the leftmost when proxies
/// overwrote instead of appending.
fn at_hop(entries: &[String], hop: usize) -> Option<&String> {
    let index = entries.len().checked_sub(1)?.saturating_sub(hop);
    entries.get(index)
}

/// All values of a header, split at commas.
fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711`, `2001:db8::1`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(socket) = text.parse::<std::net::SocketAddr>() {
        return Some(socket.ip().to_canonical());
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// The host a request names: `:authority` of HTTP/2, else `Host`.
fn sent_host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    match uri.authority() {
        Some(authority) => valid_host(authority.as_str()),
        None => valid_host(headers.get(header::HOST)?.to_str().ok()?),
    }
}

/// Whether a request names exactly one host, as HTTP/1.1 asks: what is routed by one of two and answered by the other
/// is a way around the proxy.
pub fn names_one_host(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut sent = headers.get_all(header::HOST).iter();
    match (uri.authority(), sent.next(), sent.next()) {
        (Some(_), _, None) => true,
        (None, Some(host), None) => host.to_str().is_ok_and(|host| valid_host(host).is_some()),
        _ => false,
    }
}

/// A host that may stand in an address: it will be printed into answers.
fn valid_host(text: &str) -> Option<String> {
    let authority: Authority = text.parse().ok()?;
    (!authority.host().is_empty() && !text.contains('@')).then(|| text.to_owned())
}

/// Lower case, without the scheme's own port, as browsers write origins.
fn normal_host(scheme: Scheme, host: &str) -> String {
    let own_port = match scheme {
        Scheme::Http => ":80",
        Scheme::Https => ":443",
    };
    host.strip_suffix(own_port).unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn resolver(trusted: &[&str]) -> OriginResolver {
        OriginResolver {
            trusted: trusted.iter().map(|range| range.parse().unwrap()).collect(),
            ..OriginResolver::default()
        }
    }

    /// As [`resolver`], where proxies set `Forwarded`.
    fn standard(trusted: &[&str]) -> OriginResolver {
        OriginResolver { proxy_headers: ProxyHeaders::Forwarded, ..resolver(trusted) }
    }

    fn resolve(resolver: &OriginResolver, peer: &str, pairs: &[(&str, &str)]) -> RequestOrigin {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
            })
            .collect();
        resolver.resolve(Some(peer.parse().unwrap()), &Uri::from_static("/api/x"), &headers)
    }

    #[test]
    fn without_trusted_proxies_their_headers_are_ignored() {
        let origin = resolve(
            &resolver(&[]),
            "10.0.0.9",
            &[
                ("host", "Slides.example:80"),
                ("x-forwarded-for", "1.2.3.4"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "evil.example"),
                ("forwarded", "for=1.2.3.4;proto=https;host=evil.example"),
            ],
        );
        assert_eq!(origin.base_url(), "http://slides.example");
        assert_eq!(origin.client.to_string(), "10.0.0.9");
        assert!(!origin.proxied && !origin.is_secure());
        assert_eq!(origin.direct, None);
    }

    #[test]
    fn a_trusted_proxy_tells_scheme_host_and_client() {
        let origin = resolve(
            &resolver(&["10.0.0.0/8"]),
            "::ffff:10.0.0.9",
            &[
                ("host", "cytomine:8080"),
                ("x-forwarded-for", "1.2.3.4"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "slides.example"),
            ],
        );
        assert_eq!(origin.base_urls(), ["https://slides.example", "http://cytomine:8080"]);
        assert_eq!(origin.client.to_string(), "1.2.3.4");
        assert!(origin.proxied && origin.is_secure());
    }

    #[test]
    fn addresses_a_client_made_up_are_not_believed() {
        let origin = resolve(
            &resolver(&["10.0.0.0/8"]),
            "10.0.0.9",
            &[
                ("host", "h"),
                ("x-forwarded-for", "6.6.6.6, 1.2.3.4, 10.1.1.1"),
                ("x-forwarded-proto", "ftp, https, http"),
            ],
        );
        assert_eq!(origin.client.to_string(), "1.2.3.4");
        assert_eq!(origin.scheme, Scheme::Https);
    }

    #[test]
    fn the_standard_header_is_read() {
        let origin = resolve(
            &standard(&["10.0.0.9/32"]),
            "10.0.0.9",
            &[
                ("host", "h"),
                ("forwarded", "for=\"[2001:db8::1]:4711\";proto=https;host=\"a.example:8443\""),
                ("x-forwarded-for", "1.2.3.4"),
                ("x-forwarded-proto", "http"),
                ("x-forwarded-host", "evil.example"),
            ],
        );
        assert_eq!(origin.base_url(), "https://a.example:8443");
        assert_eq!(origin.client.to_string(), "2001:db8::1");
    }

    #[test]
    fn headers_that_the_proxy_does_not_set_are_the_clients_and_count_nothing() {
        let trusting = resolver(&["10.0.0.0/8"]);
        let set = [("host", "h"), ("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")];
        let made_up = ("forwarded", "for=6.6.6.6;proto=http;host=evil.example");
        let real_ip = ("x-real-ip", "6.6.6.6");
        let believed = resolve(&trusting, "10.0.0.9", &set);
        assert_eq!((believed.client.to_string(), believed.scheme), ("1.2.3.4".to_owned(), Scheme::Https));
        for made_up in [made_up, real_ip] {
            let pairs: Vec<_> = set.iter().copied().chain([made_up]).collect();
            assert_eq!(resolve(&trusting, "10.0.0.9", &pairs), believed);
        }
        let origin = resolve(&trusting, "10.0.0.9", &[("host", "h"), made_up]);
        assert_eq!(
            (origin.client.to_string(), origin.base_url()),
            ("10.0.0.9".to_owned(), "http://h".to_owned())
        );
    }

    #[test]
    fn one_host_is_named() {
        let named = |uri: &'static str, hosts: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, HeaderValue::from_static(host));
            }
            names_one_host(&Uri::from_static(uri), &headers)
        };
        assert!(named("/x", &["h"]) && named("/x", &["[::1]:8080"]) && named("http://h/x", &[]));
        assert!(named("http://h/x", &["h"]));
        for hosts in [&[][..], &["h", "h"], &["h", "evil.example"], &[""], &["a b"], &["u@h"], &["h/x"]] {
            assert!(!named("/x", hosts), "{hosts:?}");
        }
        assert!(!named("http://h/x", &["h", "evil.example"]));
    }

    #[test]
    fn an_obfuscated_hop_ends_the_chain() {
        let origin = resolve(
            &standard(&["10.0.0.0/8"]),
            "10.0.0.9",
            &[("host", "h"), ("forwarded", "for=1.2.3.4, for=_hidden, for=10.0.0.8")],
        );
        assert_eq!(origin.client.to_string(), "10.0.0.8");
    }

    #[test]
    fn the_public_address_wins() {
        let mut resolver = resolver(&[]);
        resolver.public_url = Some("https://Slides.example:443/".parse().unwrap());
        let origin = resolve(&resolver, "127.0.0.1", &[("host", "127.0.0.1:8080")]);
        assert_eq!(origin.base_urls(), ["https://slides.example", "http://127.0.0.1:8080"]);
    }

    #[test]
    fn a_host_that_cannot_stand_in_an_address_is_dropped() {
        let origin = resolve(&resolver(&[]), "127.0.0.1", &[("host", "a b\"<script>")]);
        assert_eq!(origin.base_url(), "http://localhost");
    }

    #[test]
    fn names_of_the_machine_itself_are_known() {
        for (host, expected) in [
            ("localhost:8080", true),
            ("127.0.0.1:8443", true),
            ("[::1]:8443", true),
            ("slides.example", false),
            ("localhost.example", false),
        ] {
            let origin = resolve(&resolver(&[]), "127.0.0.1", &[("host", host)]);
            assert_eq!(origin.is_loopback_name(), expected, "{host}");
        }
    }

    #[test]
    fn public_addresses_are_scheme_and_host() {
        assert_eq!(
            "http://a.example:8080/".parse::<PublicUrl>().unwrap().to_string(),
            "http://a.example:8080"
        );
        for text in
            ["a.example", "ftp://a.example", "https://a.example/x", "https://u:p@a.example", "https://", ""]
        {
            let error = text.parse::<PublicUrl>().unwrap_err();
            assert!(error.to_string().contains("https://slides.example.org"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(forwarded in "[ -~]{0,60}", list in "[ -~]{0,60}", host in "[ -~]{0,30}") {
            resolve(&standard(&["0.0.0.0/0"]), "10.0.0.9", &[("host", &host), ("forwarded", &forwarded)]);
            let trusting = resolver(&["0.0.0.0/0"]);
            resolve(&trusting, "10.0.0.9", &[("x-forwarded-for", &list), ("x-forwarded-host", &host)]);
        }

        #[test]
        fn without_trust_no_header_changes_anything(list in "[0-9a-z.:, ]{0,40}") {
            let pairs = [("host", "h"), ("x-forwarded-for", list.as_str()), ("x-forwarded-proto", "https")];
            let origin = resolve(&resolver(&["10.0.0.0/8"]), "192.0.2.1", &pairs);
            prop_assert_eq!(origin, resolve(&resolver(&[]), "192.0.2.1", &[("host", "h")]));
        }
    }
}
