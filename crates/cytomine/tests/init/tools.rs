//! Who makes the files, and how the tests read them.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The chart, with the script.
pub(crate) fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/cytomine").canonicalize().unwrap()
}

/// The program, or the script in one shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Maker {
    command: Vec<String>,
}

impl Maker {
    pub(crate) fn program() -> Self {
        Self { command: vec![env!("CARGO_BIN_EXE_cytomine").to_owned(), "init".to_owned()] }
    }

    /// The script, to which the program is hidden.
    pub(crate) fn script(shell: &[&str]) -> Self {
        let script = chart().join("init.sh").to_str().unwrap().to_owned();
        let words = shell.iter().map(|word| (*word).to_owned());
        Self { command: words.chain([script, "--out".to_owned(), ".".to_owned()]).collect() }
    }

    /// A run in a folder that is not waited for.
    pub(crate) fn command(&self, folder: &Path, flags: &[&str]) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).args(flags).current_dir(folder).env("CYTOMINE_BIN", "");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, folder: &Path, flags: &[&str]) -> Output {
        self.command(folder, flags).output().unwrap()
    }

    /// A run that must succeed; what it printed.
    pub(crate) fn succeed(&self, folder: &Path, flags: &[&str]) -> String {
        let output = self.run(folder, flags);
        assert!(output.status.success(), "{self:?} {flags:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A folder in which a run with these flags succeeded, and what it printed.
    pub(crate) fn made(&self, flags: &[&str]) -> (TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let printed = self.succeed(folder.path(), flags);
        (folder, printed)
    }
}

/// The program, and the script in the shell of the system; the program alone where there is no openssl.
pub(crate) fn both() -> Vec<Maker> {
    if openssl(&["version"]).is_none() {
        return vec![Maker::program()];
    }
    vec![Maker::program(), Maker::script(&["sh"])]
}

/// The script in every shell of this machine.
pub(crate) fn scripts() -> Vec<Maker> {
    let shells: [&[&str]; 4] = [&["dash"], &["busybox", "sh"], &["bash", "--posix"], &["ksh"]];
    let there = |shell: &&[&str]| {
        let output = Command::new(shell[0]).args(&shell[1..]).args(["-c", "exit 7"]).output();
        let there = output.is_ok_and(|output| output.status.code() == Some(7));
        if !there {
            eprintln!("skipped: init.sh is not tried in {}, which is not on this machine", shell.join(" "));
        }
        there
    };
    if openssl(&["version"]).is_none() {
        return Vec::new();
    }
    shells.into_iter().filter(there).map(Maker::script).collect()
}

pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub(crate) fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

pub(crate) fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

pub(crate) fn save(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Every value of a file by its keys with dots between them, without comments; `1.` and so on before those of further
/// documents. Texts of several lines are as they are meant.
pub(crate) fn values(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut above: Vec<(usize, String)> = Vec::new();
    let mut document = 0;
    let mut block: Option<(usize, String)> = None;
    for line in text.lines() {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if let Some((outer, path)) = &block
            && indent > *outer
        {
            let whole: &mut String = found.get_mut(path).unwrap();
            whole.push_str(body);
            whole.push('\n');
            continue;
        }
        block = None;
        if line == "---" {
            document += 1;
            above.clear();
        }
        let Some((key, value)) = body.split_once(':').filter(|_| !body.starts_with(['#', '-'])) else {
            continue;
        };
        above.retain(|(outer, _)| *outer < indent);
        above.push((indent, key.to_owned()));
        let keys: Vec<_> = above.iter().map(|(_, key)| key.as_str()).collect();
        let path = if document == 0 { keys.join(".") } else { format!("{document}.{}", keys.join(".")) };
        let value = value.split(" #").next().unwrap_or_default().trim().trim_matches('"');
        if value == "|" {
            block = Some((indent, path.clone()));
            found.insert(path, String::new());
        } else {
            found.insert(path, value.to_owned());
        }
    }
    found
}

/// Every PEM text of a file by the two keys that lead to it: `ca.crt`, `server.key`, `tls.crt`.
pub(crate) fn pems(text: &str) -> BTreeMap<String, String> {
    let pems = values(text).into_iter().filter(|(_, value)| value.starts_with("-----BEGIN"));
    pems.map(|(path, pem)| {
        let mut keys: Vec<_> = path.rsplitn(3, '.').take(2).collect();
        keys.reverse();
        (keys.join("."), pem)
    })
    .collect()
}

/// What openssl prints; none where it is not there. It must succeed.
pub(crate) fn openssl(arguments: &[&str]) -> Option<String> {
    match Command::new("openssl").args(arguments).output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "openssl {arguments:?}: {text}");
            Some(text)
        }
        Err(_) => {
            eprintln!(
                "skipped: certificates are not verified and init.sh is not tried, for there is no openssl"
            );
            None
        }
    }
}

/// Whether a certificate is verified by these authorities, as strictly as openssl can.
pub(crate) fn verifies(folder: &Path, trusted: &str, crt: &str, purpose: &str) -> bool {
    let (trusted, crt) = (save(folder, "trusted.pem", trusted), save(folder, "verified.pem", crt));
    let flags = ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", &trusted, &crt];
    Command::new("openssl").args(flags).output().unwrap().status.success()
}
