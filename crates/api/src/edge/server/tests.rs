//! Real connections: what speaks which protocol, and how it ends.

use std::path::Path;
use std::sync::Arc;

use axum::routing::get;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::*;

const ANY_PORT: &str = "127.0.0.1:0";

/// The preface and an empty SETTINGS frame (RFC 9113, 3.4 and 6.5).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

fn options() -> ServeOptions {
    ServeOptions {
        listen: ANY_PORT.parse().unwrap(),
        tls: None,
        metrics_listen: None,
        drain: Duration::from_secs(25),
    }
}

struct Running {
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    health: Health,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

async fn start(app: Router, options: ServeOptions) -> Running {
    let server = Server::bind(options).await.unwrap();
    let (address, metrics) = (server.address(), server.metrics_address());
    let (stop, stopped) = oneshot::channel::<()>();
    let health = Health::new(vec![]);
    health.set_started();
    let task = tokio::spawn(server.run(app, health.clone(), Metrics::default(), async {
        let _ = stopped.await;
    }));
    Running { address, metrics, health, stop, task }
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

/// One HTTP/1.1 request on a connection of its own, the whole answer as text.
async fn fetch(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A TLS server may close without saying goodbye; what came before counts.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn http_1_is_answered_and_metrics_have_a_port_of_their_own() {
    let running =
        start(hello(), ServeOptions { metrics_listen: Some(ANY_PORT.parse().unwrap()), ..options() }).await;
    let answer = fetch(TcpStream::connect(running.address).await.unwrap(), "/").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("hello"), "{answer}");
    let page = fetch(TcpStream::connect(running.metrics.unwrap()).await.unwrap(), "/metrics").await;
    assert!(page.contains("process_resident_memory_bytes"), "{page}");
    let ready = fetch(TcpStream::connect(running.metrics.unwrap()).await.unwrap(), "/health/ready").await;
    assert!(ready.starts_with("HTTP/1.1 200 OK\r\n"), "{ready}");
    running.stop.send(()).unwrap();
    running.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn http_2_is_answered_without_tls() {
    let running = start(hello(), options()).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "the server's first frame is SETTINGS");
}

#[tokio::test]
async fn the_end_waits_for_a_request_in_flight_and_answers_who_comes_meanwhile() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let app = hello().route("/slow", {
        let (entered, release) = (Arc::clone(&entered), Arc::clone(&release));
        get(move || async move {
            entered.notify_one();
            release.notified().await;
            "finished"
        })
    });
    let running = start(app, options()).await;
    let address = running.address;
    let slow = tokio::spawn(async move { fetch(TcpStream::connect(address).await.unwrap(), "/slow").await });
    entered.notified().await;
    running.stop.send(()).unwrap();
    running.health.draining().await;
    for _ in 0..3 {
        let answer = kept_once(&mut TcpStream::connect(address).await.unwrap()).await;
        assert!(answer.contains("\r\nconnection: close\r\n") && answer.ends_with("hello"), "{answer}");
    }
    assert!(!running.task.is_finished());
    release.notify_one();
    assert!(slow.await.unwrap().ends_with("finished"));
    running.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn the_end_waits_as_long_as_it_is_told_and_no_longer() {
    let entered = Arc::new(Notify::new());
    let app = hello().route("/never", {
        let entered = Arc::clone(&entered);
        get(move || async move {
            entered.notify_one();
            std::future::pending::<()>().await;
        })
    });
    let running = start(app, ServeOptions { drain: Duration::ZERO, ..options() }).await;
    let address = running.address;
    let never =
        tokio::spawn(async move { fetch(TcpStream::connect(address).await.unwrap(), "/never").await });
    entered.notified().await;
    running.stop.send(()).unwrap();
    running.task.await.unwrap().unwrap();
    assert_eq!(never.await.unwrap(), "");
}

/// Sends a request that would keep its connection, and reads until the other side is done.
async fn kept_once(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "closed without an answer");
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_watched_server_goes_on_until_the_watcher_has_seen_that_it_goes() {
    let running = start(hello(), options()).await;
    running.health.ready().await.unwrap();
    let mut kept = TcpStream::connect(running.address).await.unwrap();
    assert!(!kept_once(&mut kept).await.contains("connection: close"));
    running.stop.send(()).unwrap();
    running.health.draining().await;
    // The first server is still there: its kept connections are used once more, and new ones are taken.
    assert!(running.health.ready().await.is_err());
    let answer = kept_once(&mut kept).await;
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert_eq!(kept.read(&mut [0; 1]).await.unwrap(), 0, "and it does close");
    let answer = kept_once(&mut TcpStream::connect(running.address).await.unwrap()).await;
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(!running.task.is_finished());
}

#[tokio::test]
async fn http_2_is_told_to_go_away() {
    let running = start(hello(), options()).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    let mut seen = Vec::new();
    let mut stop = Some(running.stop);
    let mut head = [0; 9];
    while stream.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await.unwrap();
        seen.push(head[3]);
        if let Some(stop) = stop.take() {
            stop.send(()).unwrap();
        }
        if head[3] == 6 && head[4] == 0 {
            // A PING that wants to be answered stands between the two frames of the farewell.
            let answer = [&[0, 0, 8, 6, 1, 0, 0, 0, 0][..], &payload].concat();
            stream.write_all(&answer).await.unwrap();
        }
    }
    assert_eq!(
        seen.iter().filter(|kind| **kind == 7).count(),
        2,
        "GOAWAY comes first as a warning: {seen:?}"
    );
    running.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_idle_kept_connection_does_not_hold_up_the_end() {
    let running = start(hello(), options()).await;
    let mut kept = TcpStream::connect(running.address).await.unwrap();
    kept_once(&mut kept).await;
    running.stop.send(()).unwrap();
    running.task.await.unwrap().unwrap();
    assert_eq!(kept.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_a_remedy() {
    let holder = TcpListener::bind(ANY_PORT).unwrap();
    let taken = holder.local_addr().unwrap();
    let error = Server::bind(ServeOptions { listen: taken, ..options() }).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "Cannot listen on {taken}: another program uses this port. Stop it, or choose another one with --listen"
        )
    );
    let server = Server::bind(ServeOptions { metrics_listen: Some(taken), ..options() }).await.unwrap();
    assert_eq!(server.metrics_address(), None);
}

#[tokio::test]
async fn an_address_of_another_machine_is_named_with_a_remedy() {
    // 192.0.2.0/24 is reserved for documentation (RFC 5737).
    let listen = "192.0.2.1:0".parse().unwrap();
    let error = Server::bind(ServeOptions { listen, ..options() }).await.unwrap_err();
    assert!(error.to_string().contains("this machine has no such address"), "{error}");
}

/// Writes a certificate for `localhost` and its key; returns the certificate.
fn certify(directory: &Path) -> (TlsFiles, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = TlsFiles { cert: directory.join("tls.crt"), key: directory.join("tls.key") };
    std::fs::write(&files.cert, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, made.cert.der().clone())
}

/// Connects by TLS, trusting one certificate only, and says which protocol was agreed on.
async fn connect(
    address: SocketAddr,
    certificate: &CertificateDer<'static>,
    protocols: &[&str],
) -> io::Result<(tokio_rustls::client::TlsStream<TcpStream>, Option<Vec<u8>>)> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    let stream =
        TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(address).await?).await?;
    let agreed = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    Ok((stream, agreed))
}

#[tokio::test]
async fn tls_speaks_both_versions_and_takes_a_new_certificate() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let directory = tempfile::tempdir().unwrap();
    let (files, first) = certify(directory.path());
    let running = start(hello(), ServeOptions { tls: Some(files), ..options() }).await;
    let (_, agreed) = connect(running.address, &first, &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(agreed.as_deref(), Some(&b"h2"[..]));
    let (stream, agreed) = connect(running.address, &first, &["http/1.1"]).await.unwrap();
    assert_eq!(agreed.as_deref(), Some(&b"http/1.1"[..]));
    assert!(fetch(stream, "/").await.ends_with("hello"));

    let (_, second) = certify(directory.path());
    let renewed = async {
        while connect(running.address, &second, &[]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), renewed).await.unwrap();
    assert!(connect(running.address, &first, &[]).await.is_err());
}

#[tokio::test]
async fn a_key_that_does_not_belong_is_named_with_a_remedy() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let directory = tempfile::tempdir().unwrap();
    let (mut files, _) = certify(directory.path());
    files.key = directory.path().join("missing.key");
    let error = Server::bind(ServeOptions { tls: Some(files), ..options() }).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("missing.key") && text.contains("--tls-key"), "{text}");
}
