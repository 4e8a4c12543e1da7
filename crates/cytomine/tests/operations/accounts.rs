//! Password and keys of the account `admin` from files: taken when they are new, not when somebody changed them since.

use crate::place::Place;
use crate::process::{Running, request, run, stderr, stdout};

/// Whether `admin` signs in with the password.
fn signs_in(server: &Running, password: &str) -> bool {
    let body = serde_json::json!({ "username": "admin", "password": password }).to_string();
    let text = format!(
        "POST /session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    match request(server.listen, &text).unwrap().0 {
        200 | 201 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

/// Starts the server with a password file of that content; whether each password signs in.
fn start(place: &Place, content: &str, passwords: [&str; 2]) -> [bool; 2] {
    let file = place.file("password", content);
    let mut all = Vec::new();
    let mut server = Running::start("serve", &place.with(&["--admin-password-file", &file], &mut all));
    server.ready();
    let outcome = passwords.map(|password| signs_in(&server, password));
    server.stop();
    outcome
}

#[test]
fn the_password_of_the_file_counts_when_the_file_is_new() {
    Place::both(|place| {
        assert_eq!(start(place, "first-1\n", ["first-1", "by-hand-2"]), [true, false]);
        let file = place.file("by-hand", "by-hand-2\n");
        let mut all = Vec::new();
        let changed = run(&place.with(&["user", "password", "admin", "--password-file", &file], &mut all));
        assert!(changed.status.success(), "{}", stderr(&changed));
        assert_eq!(start(place, "first-1\n", ["first-1", "by-hand-2"]), [false, true], "the file is old");
        assert_eq!(start(place, "third-3\n", ["third-3", "by-hand-2"]), [true, false], "the file is new");
        assert_eq!(start(place, "third-3\n", ["third-3", "first-1"]), [true, false]);
    });
}

#[test]
fn the_keys_of_the_directory_count_when_they_are_new() {
    Place::both(|place| {
        let keys = || {
            let mut all = Vec::new();
            let output = run(&place.with(&["user", "keys", "admin", "--json"], &mut all));
            let pair: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
            ["publicKey", "privateKey"].map(|name| pair[name].as_str().unwrap().to_owned())
        };
        let start = |public: &str, private: &str| {
            place.file("keys/api-admin-public", public);
            place.file("keys/api-admin-private", private);
            let (mut all, dir) = (Vec::new(), place.path("keys"));
            let arguments = ["--admin-keys-dir", dir.to_str().unwrap()];
            let mut server = Running::start("serve", &place.with(&arguments, &mut all));
            server.ready();
            server.stop();
        };
        let one = ["5d6c7a3e-0a4b-4f4e-9d55-0c1a52b0a001", "5d6c7a3e-0a4b-4f4e-9d55-0c1a52b0a002"];
        let two = ["5d6c7a3e-0a4b-4f4e-9d55-0c1a52b0b001", "5d6c7a3e-0a4b-4f4e-9d55-0c1a52b0b002"];
        start(one[0], one[1]);
        assert_eq!(keys(), one);
        let mut all = Vec::new();
        assert!(run(&place.with(&["user", "keys", "admin", "--rotate"], &mut all)).status.success());
        let by_hand = keys();
        assert_ne!(by_hand, one);
        start(one[0], one[1]);
        assert_eq!(keys(), by_hand, "the directory is old");
        start(two[0], two[1]);
        assert_eq!(keys(), two);

        place.file("keys/api-admin-private", "not a key");
        let (mut all, dir) = (Vec::new(), place.path("keys"));
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--metrics-listen",
            "off",
            "--admin-keys-dir",
            dir.to_str().unwrap(),
        ];
        let refused = run(&place.with(&arguments, &mut all));
        let text = stderr(&refused);
        assert_eq!(refused.status.code(), Some(1));
        assert!(text.contains("api-admin-private of --admin-keys-dir must hold a UUID"), "{text}");
        assert!(!text.contains("not a key"), "{text}");
    });
}
