//! Where a system of a test lives: a directory, and a database in it or on the PostgreSQL server for tests.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use cytomine_store::Db;
use cytomine_store::testing::PgDatabase;

/// A place for one system; it is gone when the test is.
pub(crate) struct Place {
    directory: tempfile::TempDir,
    /// On PostgreSQL.
    pub(crate) postgres: Option<PgDatabase>,
}

/// Runs what the future does.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

impl Place {
    pub(crate) fn lite() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), postgres: None }
    }

    /// None (and a printed line) where there is no server.
    pub(crate) fn pg() -> Option<Self> {
        let database = block_on(PgDatabase::create())?;
        let place = Self { directory: tempfile::tempdir().unwrap(), postgres: Some(database) };
        place.file("server.key", &"0123456789abcdef".repeat(4));
        Some(place)
    }

    /// Runs a test on both.
    pub(crate) fn both(test: impl Fn(&Self)) {
        let lite = Self::lite();
        test(&lite);
        if let Some(pg) = Self::pg() {
            test(&pg);
            pg.drop();
        }
    }

    pub(crate) fn drop(self) {
        if let Some(database) = self.postgres {
            block_on(database.drop());
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file; its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The flags that name this place, for every command that opens a system.
    pub(crate) fn flags(&self) -> Vec<String> {
        let mut flags = vec!["--data".to_owned(), self.path("data").to_str().unwrap().to_owned()];
        if let Some(database) = &self.postgres {
            flags.extend(["--database".to_owned(), database.url.clone()]);
            flags.extend(["--key-file".to_owned(), self.path("server.key").to_str().unwrap().to_owned()]);
        }
        flags
    }

    /// Arguments, and the flags that name this place.
    pub(crate) fn with<'a>(&self, arguments: &'a [&'a str], all: &'a mut Vec<String>) -> Vec<&'a str> {
        *all = self.flags();
        arguments.iter().copied().chain(all.iter().map(String::as_str)).collect()
    }

    /// The open database, beside whoever has it open too.
    pub(crate) async fn db(&self) -> Db {
        match &self.postgres {
            None => Db::open_lite(&self.path("data").join("cytomine.db")).await.unwrap(),
            Some(database) => Db::open_pg(&database.url, None).await.unwrap(),
        }
    }
}

/// Hands connections on to another address, from now on.
pub(crate) fn forward(port: u16, to: SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    std::thread::spawn(move || {
        for near in listener.incoming().map_while(Result::ok) {
            let far = TcpStream::connect(to).unwrap();
            for (mut from, mut into) in [
                (near.try_clone().unwrap(), far.try_clone().unwrap()),
                (far.try_clone().unwrap(), near.try_clone().unwrap()),
            ] {
                std::thread::spawn(move || {
                    let mut buffer = [0; 16_384];
                    while let Ok(count @ 1..) = from.read(&mut buffer) {
                        if into.write_all(&buffer[..count]).is_err() {
                            break;
                        }
                    }
                    let _ = into.shutdown(Shutdown::Both);
                });
            }
        }
    });
}
