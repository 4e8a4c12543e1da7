//! Section `demo`: something to look at.

use clap::Args;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Demonstration")]
pub(crate) struct DemoSettings {
    /// Add a project with a slide, an ontology and annotated nuclei. Later starts add nothing.
    #[arg(id = "demo.enabled", long = "demo")]
    pub(crate) enabled: bool,
}
