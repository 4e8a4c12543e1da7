//! What people read on the terminal: results and the start message on stdout, errors on stderr.
//!
//! The only module that prints. The log goes to stderr by itself ([`crate::telemetry`]).

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::process::ExitCode;

/// A failure: cause and remedy, and the exit code that goes with it.
pub(crate) fn failure(error: &dyn Display) -> ExitCode {
    // With nobody left to read it there is nothing better to do than to exit.
    let _ = writeln!(std::io::stderr(), "cytomine: {error}");
    ExitCode::FAILURE
}

/// A heading and a table of two columns below it, the way the program greets.
pub(crate) fn table(heading: &str, rows: &[(&str, String)]) {
    // A server goes on when the terminal that started it is gone.
    let _ = std::io::stdout().write_all(table_text(heading, rows).as_bytes());
}

/// A result for programs: JSON on one line.
pub(crate) fn json(value: &serde_json::Value) {
    let _ = writeln!(std::io::stdout(), "{value}");
}

/// Bytes as they are, for a file that the output is sent to.
pub(crate) fn bytes(bytes: &[u8]) -> std::io::Result<()> {
    let mut output = std::io::stdout();
    output.write_all(bytes)?;
    output.flush()
}

/// One line.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn table_text(heading: &str, rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = format!("\n  {heading}\n\n");
    for (name, value) in rows {
        let _ = writeln!(text, "    {name:width$}   {value}");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [("Open", "http://127.0.0.1:8080".to_owned()), ("Password", "secret".to_owned())];
        assert_eq!(
            table_text("Cytomine is ready", &rows),
            "\n  Cytomine is ready\n\n    Open       http://127.0.0.1:8080\n    Password   secret\n\n"
        );
    }
}
