//! The program as a child process, and questions to its ports.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;
use tokio::time::Instant;

/// Longest wait for anything in these tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The program with these arguments and no settings of whoever runs the tests.
pub(crate) fn cytomine(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cytomine"));
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CYTOMINE_") || name.starts_with("KUBERNETES_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    cytomine(arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A port that nobody uses at the moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running program; killed when the test ends before it does.
pub(crate) struct Running {
    process: Child,
    log: Arc<Mutex<String>>,
    /// The operators' port.
    pub(crate) operators: SocketAddr,
    /// The application's port, of a server.
    pub(crate) listen: SocketAddr,
}

impl Running {
    /// Starts `serve` or `worker` with ports of its own.
    pub(crate) fn start(command: &str, arguments: &[&str]) -> Self {
        let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let (operators, listen) = (local(free_port()), local(free_port()));
        let mut started = cytomine(&[command, "--metrics-listen", &operators.to_string()]);
        if command == "serve" {
            started.args(["--listen", &listen.to_string()]);
        }
        let mut process =
            started.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(process.stderr.take().unwrap());
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                written.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        Self { process, log, operators, listen }
    }

    /// What it logged up to now.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What the operators' port answers: status and body; `None` = nothing yet.
    pub(crate) fn ask(&self, path: &str) -> Option<(u16, String)> {
        request(self.operators, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
    }

    /// Waits for an answer of the operators' port.
    pub(crate) fn until(&mut self, path: &str, wanted: impl Fn(u16, &str) -> bool) -> String {
        let begun = Instant::now();
        let mut last = None;
        while begun.elapsed() < PATIENCE {
            last = self.ask(path);
            match &last {
                Some((status, body)) if wanted(*status, body) => return body.clone(),
                _ => {}
            }
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!("it ended with {status}: {}", self.log());
            }
            sleep(Duration::from_millis(50));
        }
        panic!("{path} still answers {last:?}: {}", self.log())
    }

    /// Waits until it is ready.
    pub(crate) fn ready(&mut self) {
        self.until("/health/ready", |status, _| status == 200);
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end: exit code and log.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                // The thread that reads is done when the pipe is.
                sleep(Duration::from_millis(50));
                return (status.code(), self.log());
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end: {}", self.log());
            sleep(Duration::from_millis(20));
        }
    }

    /// Stops it in order.
    pub(crate) fn stop(self) {
        self.signal("-TERM");
        let (code, log) = self.ended();
        assert_eq!(code, Some(0), "{log}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails when the process is gone already, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a whole request and reads the whole answer.
pub(crate) fn request(address: SocketAddr, text: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(text.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
