//! The three layers of settings: command line over environment over file.
//!
//! The command line is parsed once by itself; then every setting it leaves open and that a variable or the file
//! holds is appended to it, and the whole is parsed again. So there is one parser, one place of defaults, and clap's
//! own word for what is wrong with a value.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::StyledStr;
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, CommandFactory, FromArgMatches};

use crate::cli::{Cli, SETTINGS_HELP};
use crate::config::ConfigError;

/// Names the settings file where `--config` does not: an image sets it, so that every command reads the same file.
const CONFIG_VARIABLE: &str = "CYTOMINE_CONFIG";

/// One setting, as declared.
#[derive(Debug)]
struct Setting {
    /// `server.listen`.
    key: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Switch,
    One,
    Many,
}

impl Setting {
    fn variable(&self) -> String {
        variable(&self.key)
    }
}

/// `server.listen` -> `CYTOMINE_SERVER__LISTEN`.
fn variable(key: &str) -> String {
    format!("CYTOMINE_{}", key.replace('.', "__").to_uppercase())
}

/// The values of a setting in one layer, and how to call the place to people.
#[derive(Debug, Clone)]
struct Given {
    origin: String,
    values: Vec<String>,
}

/// Reads all layers.
pub(crate) fn load(
    arguments: impl IntoIterator<Item = OsString>,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Cli, ConfigError> {
    let mut command = annotated(Cli::command());
    command.build();
    let settings = settings(&command);
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let matches = command.clone().try_get_matches_from(&arguments)?;
    let (deepest, chosen) = deepest(&matches, &command);

    let variables: Vec<(OsString, OsString)> = variables.into_iter().collect();
    let named =
        variables.iter().find(|(name, _)| name == CONFIG_VARIABLE).map(|(_, file)| PathBuf::from(file));
    if matches.subcommand_name().is_some_and(|name| name == "serve" || name == "worker") {
        refuse_secrets(&variables, &settings)?;
    }
    let mut given = from_environment(variables, &settings)?;
    let file = deepest.try_get_one::<PathBuf>("config").ok().flatten().cloned().or(named);
    if let Some(file) = &file {
        for (key, value) in from_file(file, &settings)? {
            given.entry(key).or_insert(value);
        }
    }
    let mut appended = Vec::new();
    for setting in &settings {
        let Some(given) = given.get(&setting.key) else { continue };
        // The command is asked, for matches of a release build do not know which settings a command has.
        let own = chosen.get_arguments().find(|argument| argument.get_id().as_str() == setting.key);
        // A command may call the flag otherwise.
        let Some(flag) = own.and_then(clap::Arg::get_long) else { continue };
        if matches!(deepest.value_source(&setting.key), None | Some(ValueSource::DefaultValue)) {
            appended.push((given, flags(setting.kind, flag, given)?));
        }
    }
    let parse = |flags: &[String]| {
        let mut all = arguments.clone();
        // Behind `--` everything is a file name.
        let end = all.iter().position(|argument| argument == "--").unwrap_or(all.len());
        all.splice(end..end, flags.iter().map(OsString::from));
        command.clone().try_get_matches_from(all)
    };
    let flags: Vec<String> = appended.iter().flat_map(|(_, flags)| flags.clone()).collect();
    let matches = match parse(&flags) {
        Ok(matches) => matches,
        Err(whole) => {
            // The command line alone was fine, so one of the other layers is not: find out which.
            let culprit =
                appended.iter().find_map(|(given, flags)| parse(flags).err().map(|error| (given, error)));
            return Err(match culprit {
                Some((given, error)) => {
                    ConfigError::Value { origin: given.origin.clone(), cause: cause(&error) }
                }
                None => whole.into(),
            });
        }
    };
    let mut cli = Cli::from_arg_matches(&matches)?;
    cli.config = file;
    cli.settings = effective(&matches, &command, &settings);
    if let Some(database) = cli.command.database() {
        database.database()?;
    }
    if let Some(tls) = cli.command.tls() {
        tls.files()?;
    }
    Ok(cli)
}

/// The command with the variable named in the help of every setting.
fn annotated(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|argument| {
        let key = argument.get_id().to_string();
        if !key.contains('.') {
            return argument;
        }
        let marked = |help: &StyledStr| StyledStr::from(format!("{help} [env: {}]", variable(&key)));
        match (argument.get_help().map(marked), argument.get_long_help().map(marked)) {
            (Some(short), Some(long)) => argument.help(short).long_help(long),
            (Some(short), None) => argument.help(short),
            // A setting without a text is a defect that the test of the help finds.
            (None, _) => argument,
        }
    });
    command.mut_subcommands(annotated).after_help(SETTINGS_HELP)
}

/// All settings of all commands.
fn settings(command: &clap::Command) -> Vec<Setting> {
    let mut found: Vec<Setting> = command
        .get_arguments()
        .filter(|argument| argument.get_id().as_str().contains('.'))
        .filter_map(|argument| {
            let kind = match argument.get_action() {
                ArgAction::SetTrue => Kind::Switch,
                ArgAction::Append => Kind::Many,
                _ => Kind::One,
            };
            argument.get_long()?;
            Some(Setting { key: argument.get_id().to_string(), kind })
        })
        .collect();
    for inner in command.get_subcommands() {
        for setting in settings(inner) {
            if !found.iter().any(|known| known.key == setting.key) {
                found.push(setting);
            }
        }
    }
    found
}

/// The values that count, of the settings that the command has. None of them is a secret: those are in files.
fn effective(matches: &ArgMatches, command: &clap::Command, settings: &[Setting]) -> Vec<(String, String)> {
    let (deepest, chosen) = deepest(matches, command);
    let value = |setting: &Setting| {
        chosen.get_arguments().find(|argument| argument.get_id().as_str() == setting.key)?;
        let texts: Vec<String> =
            deepest.get_raw(&setting.key)?.map(|value| value.to_string_lossy().into_owned()).collect();
        Some((setting.key.clone(), texts.join(", ")))
    };
    settings.iter().filter_map(value).collect()
}

/// What the name of a variable with a secret holds.
const SECRET_WORDS: [&str; 8] = ["KEY", "PASSWORD", "PWD", "TOKEN", "SECRET", "JWT", "BEARER", "CREDENTIAL"];

/// Refuses variables of ours that hold a secret. A setting holds none, it names a file at most.
fn refuse_secrets(variables: &[(OsString, OsString)], settings: &[Setting]) -> Result<(), ConfigError> {
    let secret = |name: &str| {
        let upper = name.to_uppercase();
        upper.starts_with("CYTOMINE_")
            && SECRET_WORDS.iter().any(|word| upper.contains(word))
            && !upper.ends_with("_FILE")
            && !upper.ends_with("_DIR")
            && !settings.iter().any(|setting| setting.variable() == name)
    };
    match variables.iter().filter_map(|(name, _)| name.to_str()).find(|name| secret(name)) {
        Some(name) => Err(ConfigError::SecretVariable { name: name.to_owned() }),
        None => Ok(()),
    }
}

/// The sub-command that was asked for, as matched and as declared.
fn deepest<'a>(matches: &'a ArgMatches, command: &'a clap::Command) -> (&'a ArgMatches, &'a clap::Command) {
    match matches.subcommand().and_then(|(name, inner)| Some((inner, command.find_subcommand(name)?))) {
        Some((inner, declared)) => deepest(inner, declared),
        None => (matches, command),
    }
}

/// Variables named `CYTOMINE_..__..`; others belong to somebody else.
fn from_environment(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    settings: &[Setting],
) -> Result<BTreeMap<String, Given>, ConfigError> {
    let mut given = BTreeMap::new();
    for (name, value) in variables {
        let Some(name) = name.to_str() else { continue };
        if !name.strip_prefix("CYTOMINE_").is_some_and(|rest| rest.contains("__")) {
            continue;
        }
        let Some(setting) = settings.iter().find(|setting| setting.variable() == name) else {
            let known = settings.iter().map(Setting::variable).collect::<Vec<_>>().join(", ");
            return Err(ConfigError::UnknownVariable { name: name.to_owned(), known });
        };
        let value = value.into_string().map_err(|_| ConfigError::NotText { name: name.to_owned() })?;
        let values = match setting.kind {
            Kind::Many => {
                value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
            }
            Kind::Switch | Kind::One => vec![value],
        };
        given.insert(setting.key.clone(), Given { origin: format!("The variable {name}"), values });
    }
    Ok(given)
}

fn from_file(file: &Path, settings: &[Setting]) -> Result<BTreeMap<String, Given>, ConfigError> {
    let text = fs::read_to_string(file)
        .map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source })?;
    let table: toml::Table = text
        .parse()
        .map_err(|source| ConfigError::NotToml { file: file.to_owned(), source: Box::new(source) })?;
    let known = || settings.iter().map(|setting| setting.key.as_str()).collect::<Vec<_>>().join(", ");
    let unknown = |key: String| ConfigError::UnknownKey { key, file: file.to_owned(), known: known() };
    let mut given = BTreeMap::new();
    for (section, content) in table {
        let toml::Value::Table(content) = content else { return Err(unknown(section)) };
        for (name, value) in content {
            let key = format!("{section}.{name}");
            if !settings.iter().any(|setting| setting.key == key) {
                return Err(unknown(key));
            }
            let origin = format!("`{key}` in {}", file.display());
            let values = texts(&value).ok_or_else(|| ConfigError::Value {
                origin: origin.clone(),
                cause: "expected a text, a number, true or false, or a list of these".to_owned(),
            })?;
            given.insert(key, Given { origin, values });
        }
    }
    Ok(given)
}

/// A value of the file as the command line would have it.
fn texts(value: &toml::Value) -> Option<Vec<String>> {
    match value {
        toml::Value::String(text) => Some(vec![text.clone()]),
        toml::Value::Integer(number) => Some(vec![number.to_string()]),
        toml::Value::Float(number) => Some(vec![number.to_string()]),
        toml::Value::Boolean(flag) => Some(vec![flag.to_string()]),
        toml::Value::Array(items) => {
            let nested = items.iter().map(texts).collect::<Option<Vec<_>>>()?;
            Some(nested.into_iter().flatten().collect())
        }
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

/// What stands for the values on the command line.
fn flags(kind: Kind, flag: &str, given: &Given) -> Result<Vec<String>, ConfigError> {
    match (kind, given.values.as_slice()) {
        (Kind::Switch, [value]) => match value.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(vec![format!("--{flag}")]),
            "false" | "0" | "no" | "off" | "" => Ok(vec![]),
            _ => Err(ConfigError::Value {
                origin: given.origin.clone(),
                cause: format!("`{value}` is neither `true` nor `false`"),
            }),
        },
        (Kind::One, [value]) => Ok(vec![format!("--{flag}={value}")]),
        (Kind::Many, values) => Ok(values.iter().map(|value| format!("--{flag}={value}")).collect()),
        (Kind::Switch | Kind::One, _) => {
            Err(ConfigError::Value { origin: given.origin.clone(), cause: "expected one value".to_owned() })
        }
    }
}

/// clap's sentence without its frame.
fn cause(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests;
