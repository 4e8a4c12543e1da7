//! Settings: one documented struct per section, from which `--help`, variables and keys of the file follow.
//!
//! Plan: a setting is declared once, as a field with a clap argument whose id is `section.key`. From the id come the
//! variable `CYTOMINE_SECTION__KEY` and the key of the file. [`layers`](crate::layers) turns variables and file into arguments of
//! lower rank, so that every value, wherever it comes from, passes the same parser. Nothing unknown is ignored.

mod account;
mod backup;
mod database;
mod demo;
mod error;
mod log;
pub(crate) mod secret;
pub(crate) mod server;
mod storage;
mod tls;
mod worker;

pub(crate) use account::AccountSettings;
pub(crate) use backup::{
    KeyError, LiveDatabaseSettings, PhraseSettings, PushSettings, RetentionSettings, TargetSettings,
};
pub(crate) use database::{Database, DatabaseSettings, Migrate};
pub(crate) use demo::DemoSettings;
pub(crate) use error::ConfigError;
pub(crate) use log::{LogFormat, LogSettings};
pub(crate) use secret::SecretError;
pub(crate) use server::{MetricsSettings, ServerSettings};
pub(crate) use storage::StorageSettings;
pub(crate) use tls::TlsSettings;
pub(crate) use worker::{ConcurrencySettings, WorkerSettings};
