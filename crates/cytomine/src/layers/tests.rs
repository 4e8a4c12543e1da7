//! Where a value may come from, which one counts, and what is refused.

use std::ffi::OsString;

use super::*;
use crate::cli::{Command, Serve};
use crate::config::server::MetricsListen;
use crate::config::{Database, LogFormat, Migrate};

fn load_with(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Cli, ConfigError> {
    load(
        ["cytomine"].iter().chain(arguments).map(OsString::from),
        variables.iter().map(|(name, value)| (name.into(), value.into())),
    )
}

fn serve(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Serve, ConfigError> {
    let arguments: Vec<&str> = ["serve"].iter().chain(arguments).copied().collect();
    match load_with(&arguments, variables)?.command {
        Command::Serve(serve) => Ok(*serve),
        other => panic!("{other:?}"),
    }
}

fn refused(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    serve(arguments, variables).unwrap_err().to_string()
}

/// A settings file that lives as long as the test.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cytomine.toml");
    std::fs::write(&path, text).unwrap();
    (directory, path.to_str().unwrap().to_owned())
}

#[test]
fn nothing_needs_to_be_set() {
    let serve = serve(&[], &[]).unwrap();
    assert_eq!(serve.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(serve.metrics.listen, MetricsListen::At("127.0.0.1:9090".parse().unwrap()));
    assert_eq!(serve.system.storage.data.to_str(), Some("./cytomine-data"));
    assert_eq!(serve.system.database.database().unwrap(), Database::Sqlite);
    assert_eq!(serve.system.log.format, LogFormat::Text);
    assert!(!serve.demo.enabled && serve.server.trusted_proxies.is_empty() && serve.tls.cert.is_none());
}

#[test]
fn a_variable_names_the_file_where_the_command_line_does_not() {
    let (_one, named) = file("[server]\nlisten = '1.1.1.1:1'\n");
    let (_other, given) = file("[server]\nlisten = '2.2.2.2:2'\n");
    let variables = [("CYTOMINE_CONFIG", named.as_str())];
    assert_eq!(serve(&[], &variables).unwrap().server.listen.to_string(), "1.1.1.1:1");
    let chosen = serve(&["--config", &given], &variables).unwrap();
    assert_eq!(chosen.server.listen.to_string(), "2.2.2.2:2");
    assert!(refused(&[], &[("CYTOMINE_CONFIG", "/nowhere/at.all")]).contains("CYTOMINE_CONFIG"));
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let (_directory, path) =
        file("[server]\nlisten = '1.1.1.1:1'\n[log]\nfilter = 'warn'\nformat = 'json'\n");
    let config = ["--config", &path];
    let variables = [("CYTOMINE_SERVER__LISTEN", "2.2.2.2:2"), ("CYTOMINE_LOG__FILTER", "error")];

    let found = serve(&config, &[]).unwrap();
    assert_eq!(
        (found.server.listen.to_string().as_str(), found.system.log.filter.as_str()),
        ("1.1.1.1:1", "warn")
    );
    let found = serve(&config, &variables).unwrap();
    assert_eq!(
        (found.server.listen.to_string().as_str(), found.system.log.filter.as_str()),
        ("2.2.2.2:2", "error")
    );
    assert_eq!(found.system.log.format, LogFormat::Json);
    let found = serve(&["--listen", "3.3.3.3:3", "--config", &path], &variables).unwrap();
    assert_eq!(found.server.listen.to_string(), "3.3.3.3:3");
    let found = serve(&["--listen=127.0.0.1:8080", "--config", &path], &variables).unwrap();
    assert_eq!(found.server.listen.to_string(), "127.0.0.1:8080", "a flag equal to the default still wins");
}

#[test]
fn lists_and_switches_may_stand_in_every_layer() {
    let (_directory, path) =
        file("[server]\ntrusted_proxy = ['10.0.0.0/8', '192.0.2.1']\n[demo]\nenabled = true\n");
    let ranges = |serve: &Serve| {
        serve.server.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let found = serve(&["--config", &path], &[]).unwrap();
    assert_eq!((ranges(&found).as_str(), found.demo.enabled), ("10.0.0.0/8 192.0.2.1/32", true));
    let variables =
        [("CYTOMINE_SERVER__TRUSTED_PROXY", "10.1.0.0/16, fd00::/8"), ("CYTOMINE_DEMO__ENABLED", "False")];
    let found = serve(&["--config", &path], &variables).unwrap();
    assert_eq!((ranges(&found).as_str(), found.demo.enabled), ("10.1.0.0/16 fd00::/8", false));
    let found = serve(&["--trusted-proxy=10.2.0.0/16", "--trusted-proxy=::1", "--demo"], &variables).unwrap();
    assert_eq!((ranges(&found).as_str(), found.demo.enabled), ("10.2.0.0/16 ::1/128", true));
}

#[test]
fn other_commands_read_the_same_settings_and_file_names_stay_file_names() {
    let (_directory, path) = file("[server]\nlisten = '1.1.1.1:1'\n[storage]\ndata = '/from/file'\n");
    let cli = load_with(&["user", "keys", "ada", "--json", "--config", &path], &[]).unwrap();
    let Command::User(user) = cli.command else { panic!() };
    assert_eq!(user.system().storage.data.to_str(), Some("/from/file"));
    let variables = [("CYTOMINE_STORAGE__DATA", "/from/env")];
    let cli = load_with(&["import", "--project", "P", "--", "--odd.svs"], &variables).unwrap();
    let Command::Import(import) = cli.command else { panic!() };
    assert_eq!(import.system.storage.data.to_str(), Some("/from/env"));
    assert_eq!(import.paths, [std::path::PathBuf::from("--odd.svs")]);
}

#[test]
fn unknown_flags_keys_and_variables_are_refused_by_name() {
    assert!(refused(&["--lisen", "1.1.1.1:1"], &[]).contains("--lisen"));
    let text = refused(&[], &[("CYTOMINE_SERVER__LISEN", "1.1.1.1:1")]);
    assert!(text.starts_with("The variable CYTOMINE_SERVER__LISEN is no setting"), "{text}");
    assert!(text.contains("CYTOMINE_SERVER__LISTEN"), "{text}");
    let (_directory, path) = file("[server]\nlisen = '1.1.1.1:1'\n");
    let text = refused(&["--config", &path], &[]);
    assert!(text.starts_with("`server.lisen` in ") && text.contains("server.listen"), "{text}");
    let (_directory, path) = file("listen = '1.1.1.1:1'\n");
    assert!(refused(&["--config", &path], &[]).starts_with("`listen` in "));
}

#[test]
fn variables_of_others_are_left_alone() {
    // Kubernetes makes the first for a Service named cytomine, the tests of this project use the second.
    let variables =
        [("CYTOMINE_SERVICE_HOST", "10.0.0.1"), ("CYTOMINE_BIN", "/bin/cytomine"), ("OTHER__LISTEN", "x")];
    assert!(serve(&[], &variables).is_ok());
}

#[test]
fn a_wrong_value_names_where_it_stands() {
    let text = refused(&[], &[("CYTOMINE_SERVER__LISTEN", "here")]);
    assert_eq!(
        text,
        "The variable CYTOMINE_SERVER__LISTEN: invalid value 'here' for '--listen <ADDRESS:PORT>': invalid socket \
         address syntax"
    );
    let (_directory, path) = file("[demo]\nenabled = 'perhaps'\n");
    let text = refused(&["--config", &path], &[]);
    assert!(text.starts_with("`demo.enabled` in ") && text.contains("`perhaps` is neither"), "{text}");
    let (_directory, path) = file("[server]\nlisten = ['1.1.1.1:1', '2.2.2.2:2']\n");
    assert!(refused(&["--config", &path], &[]).ends_with("expected one value"));
    let (_directory, path) = file("[server]\nlisten = 1979-05-27\n");
    assert!(refused(&["--config", &path], &[]).contains("expected a text"));
    let text = refused(&["--trusted-proxy", "10.0.0.0/99"], &[]);
    assert!(text.contains("write an address such as 10.0.0.5"), "{text}");
    assert!(refused(&["--public-url", "slides"], &[]).contains("write scheme and host only"));
    assert!(refused(&["--metrics-listen", "no"], &[]).contains("or `off`"));
    assert_eq!(serve(&["--metrics-listen", "off"], &[]).unwrap().metrics.listen, MetricsListen::Off);
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    assert!(refused(&["--config", "/no/such/file.toml"], &[]).contains("/no/such/file.toml cannot be read"));
    let (_directory, path) = file("[server\n");
    assert!(refused(&["--config", &path], &[]).contains("is not TOML"));
}

#[test]
fn a_password_in_the_database_address_is_refused_and_never_repeated() {
    let (_directory, path) = file("[database]\nurl = 'postgres://ada:hunter2@db/cytomine'\n");
    for (arguments, variables) in [
        (vec!["--database", "postgres://ada:hunter2@db/cytomine"], vec![]),
        (vec!["--database", "postgresql://db/cytomine?user=ada&password=hunter2"], vec![]),
        (vec!["--database", "postgres://ada:hunter2@[::1]:5432"], vec![]),
        (vec![], vec![("CYTOMINE_DATABASE__URL", "postgres://ada:hunter2@db/cytomine")]),
        (vec!["--config", &path], vec![]),
    ] {
        let text = refused(&arguments, &variables);
        assert!(text.contains("--database-password-file") && !text.contains("hunter2"), "{text}");
    }
    let text = refused(&["--database", "mysql://ada:hunter2@db"], &[]);
    assert!(text.contains("`postgres://USER@HOST/NAME`") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_database_address_without_a_password_is_taken() {
    for url in
        ["postgres://ada@db/cytomine", "postgres://[::1]:5432/x", "postgresql:///x?host=/run/postgresql"]
    {
        let found = serve(&["--database", url, "--database-password-file", "f"], &[]).unwrap();
        assert_eq!(found.system.database.database().unwrap(), Database::Postgres(url.to_owned()));
    }
    assert!(refused(&["--database-password-file", "f"], &[]).starts_with("SQLite has no password"));
}

#[test]
fn certificate_and_key_may_come_from_different_layers_but_need_each_other() {
    let found = serve(&["--tls-cert", "c.pem"], &[("CYTOMINE_TLS__KEY", "k.pem")]).unwrap();
    assert!(found.tls.files().unwrap().is_some());
    assert_eq!(refused(&["--tls-cert", "c.pem"], &[]), "--tls-cert is of no use alone: add --tls-key");
    assert_eq!(refused(&["--tls-key", "k.pem"], &[]), "--tls-key is of no use alone: add --tls-cert");
}

/// A help text without its lines, which are wrapped anywhere.
fn words_of(help: &str) -> String {
    help.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn help_tells_every_setting_with_its_variable_and_default() {
    let help = refused(&["--help"], &[]);
    for expected in [
        "--listen <ADDRESS:PORT>",
        "[env: CYTOMINE_SERVER__LISTEN]",
        "[default: 127.0.0.1:8080]",
        "[env: CYTOMINE_DATABASE__PASSWORD_FILE]",
        "[env: CYTOMINE_ACCOUNT__KEY_FILE]",
        "--demo",
        "The command line wins over the environment",
    ] {
        assert!(words_of(&help).contains(expected), "{expected} is missing in\n{help}");
    }
    for argument in help.split("\n\n").map(str::trim_start).filter(|block| block.starts_with("--")) {
        let own = ["--config", "--help"].iter().any(|flag| argument.starts_with(flag));
        assert!(own || words_of(argument).contains("[env: CYTOMINE_"), "no variable is named in\n{argument}");
    }
}

#[test]
fn a_server_refuses_variables_with_secrets_by_name_and_never_repeats_them() {
    for name in [
        "CYTOMINE_ADMIN_PASSWORD",
        "CYTOMINE_ACCOUNT__ADMIN_PASSWORD",
        "CYTOMINE_SERVER_KEY",
        "CYTOMINE_oidc_Client_Secret",
        "CYTOMINE_API_TOKEN",
        "CYTOMINE_DB_PWD",
    ] {
        for command in ["serve", "worker"] {
            let text = load_with(&[command], &[(name, "hunter2")]).unwrap_err().to_string();
            assert!(text.starts_with(&format!("The variable {name} looks like a secret")), "{text}");
            assert!(text.contains("--admin-password-file") && !text.contains("hunter2"), "{text}");
        }
    }
    let harmless = [
        ("CYTOMINE_ACCOUNT__ADMIN_PASSWORD_FILE", "f"),
        ("CYTOMINE_ACCOUNT__ADMIN_KEYS_DIR", "d"),
        ("CYTOMINE_TLS__KEY", "k"),
        ("CYTOMINE_TLS__CERT", "c"),
        ("SMTP_PASSWORD", "somebody else's"),
    ];
    assert!(serve(&[], &harmless).is_ok());
    assert!(load_with(&["user", "list"], &[("CYTOMINE_ADMIN_PASSWORD", "x")]).is_ok());
}

#[test]
fn settings_of_other_commands_may_stand_in_the_same_file() {
    let (_directory, path) = file(
        "[worker]\nembedded = false\nconcurrency = 3\n[database]\nmigrate = 'wait'\n[demo]\nenabled = true\n",
    );
    let found = serve(&["--config", &path], &[]).unwrap();
    assert_eq!((found.worker.embedded, found.concurrency.jobs.get()), (false, 3));
    assert_eq!(found.system.database.migrate, Migrate::Wait);
    let Command::Worker(worker) = load_with(&["worker", "--config", &path], &[]).unwrap().command else {
        panic!()
    };
    assert_eq!(worker.concurrency.jobs.get(), 3);
    assert!(serve(&[], &[]).unwrap().worker.embedded);
    assert!(refused(&["--worker-concurrency", "0"], &[]).contains("--worker-concurrency"));
}

#[test]
fn the_values_that_count_are_kept_for_the_support_bundle() {
    let (_directory, path) = file("[log]\nfilter = 'warn'\n");
    let variables = [("CYTOMINE_SERVER__TRUSTED_PROXY", "10.0.0.0/8,::1")];
    let cli = load_with(&["doctor", "--config", &path], &variables).unwrap();
    let value =
        |key: &str| cli.settings.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
    assert_eq!(value("log.filter"), Some("warn"));
    assert_eq!(value("server.trusted_proxy"), Some("10.0.0.0/8, ::1"));
    assert_eq!(value("storage.data"), Some("./cytomine-data"));
    assert_eq!(cli.config.unwrap().to_str(), Some(path.as_str()));
}
