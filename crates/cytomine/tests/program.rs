//! The program itself, as people and supervisors start and stop it.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

fn cytomine(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cytomine"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    cytomine(arguments).output().unwrap()
}

/// A server on a port and in a directory of its own; killed when the test ends before it does.
struct Server {
    process: Child,
    address: String,
    _data: tempfile::TempDir,
}

impl Server {
    fn start(flags: &[&str]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut process =
            cytomine(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--data"])
                .arg(data.path())
                .args(flags)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
        let greeting = BufReader::new(process.stdout.as_mut().unwrap());
        let address = greeting
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                line.trim().strip_prefix("Open")?.trim().strip_prefix("http://").map(str::to_owned)
            })
            .expect("the greeting names the address");
        Self { process, address, _data: data }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = self.process.wait().unwrap();
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status.code(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails when the process is gone already, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn it_answers_ping_and_the_page_and_stops_in_order() {
    for signal in ["-TERM", "-INT"] {
        let server = Server::start(&[]);
        let ping = server.get("/server/ping.json");
        assert!(ping.starts_with("HTTP/1.1 200 OK\r\n"), "{ping}");
        assert!(ping.contains(&format!("\"serverURL\":\"http://{}\"", server.address)), "{ping}");
        let page = server.get("/");
        assert!(page.contains("<!doctype html>") && !page.contains("__CSP_NONCE__"), "{page}");
        let (code, log) = server.stop(signal);
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("stopped"), "{log}");
    }
}

#[test]
fn the_log_may_be_json_and_holds_no_query() {
    let server = Server::start(&["--log-format", "json", "--log", "trace"]);
    server.get("/server/ping?authorization=Bearer%20hunter2");
    let (_, log) = server.stop("-TERM");
    let line =
        log.lines().find(|line| line.contains("request answered")).expect("requests are logged at debug");
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["route"], &line["status"]), (&"/server/ping".into(), &200.into()));
    assert!(!log.contains("hunter2"), "{log}");
}

#[test]
fn a_port_that_is_taken_ends_it_with_cause_and_remedy() {
    let server = Server::start(&[]);
    let output = run(&["serve", "--listen", &server.address, "--metrics-listen", "off"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text,
        format!(
            "cytomine: Cannot listen on {}: another program uses this port. Stop it, or choose another one with \
             --listen\n",
            server.address
        )
    );
}

#[test]
fn wrong_settings_end_it_with_their_names() {
    let output = run(&["serve", "--lisen", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--lisen"));
    let output = cytomine(&["serve"]).env("CYTOMINE_SERVER__LISEN", "x").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("cytomine: The variable CYTOMINE_SERVER__LISEN is no setting"), "{text}");
    let output = run(&["serve", "--log", "loud=very"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("--log `loud=very` is not understood"));
}
