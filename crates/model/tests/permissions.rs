//! The document on who may do what, printed from the table.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::fmt::Write as _;

use cytomine_model::permission::{Grant, Place, TABLE};
use cytomine_model::{Action, EditionMode, Standing, Thing};

/// Where the document lies in the tree.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");

const HEAD: &str = "\
# Who may do what

Printed from the table in `crates/model/src/permission/table.rs`, which the server asks at every request; a test holds that this
page says the same, and another that every address of the server keeps to it. Renew it:
`CYTOMINE_RENEW=1 cargo test --workspace --test permissions`.

## People

Every account has a global role, which administrators give:

- **Guest**: works where invited. Makes no projects, ontologies, storages or uploads, and manages nothing.
- **User**: also makes projects, ontologies and storages, uploads slides, and manages projects.
- **Administrator**: a user, until the administrator's session is open (signing in with a password opens it, or a script by
  `session/admin/open`; it closes after two hours). While it is open, everything is seen and almost everything can be done, and each
  deed stands in the history under the administrator's own name.
- **Super administrator**: an administrator whose session is always open. Only super administrators give and take this role, and
  manage accounts that have it: whoever can change a password can become that account.

In a project, somebody is a **member** or not. Members are **contributors** or **managers**; a guest is a contributor with fewer
rights, whoever added them. Who makes a project manages it. A project keeps at least one manager whose account is enabled: the last
one cannot leave, be removed or lowered, lose the user role, or be deleted with the account, before there is another.
**Representatives** are members whom others may ask; it gives no right.

Something is somebody's **own** when they made it: an image of a project is the own of who added it, an annotation of whom it is drawn
for, an ontology of who made it, a membership of the member. A storage has an owner, and what was uploaded into it is the
owner's.

## Modes of a project

Managers choose the mode. **Classic**: members change each other's work. **Restricted**: contributors change only their own.
**Read-only**: only managers change anything. A row below that depends on the mode stands there once for each.

A cell says `yes`, `no`, or `own`: for one's own only.
";

const TAIL: &str = "\
## Who sees what

- **A project, its images, annotations and statistics**: its members, and administrators with an open session. Anybody else is
  refused, and lists leave it out.
- **Names in a blind project**: managers and administrators. Others see a number in place of the name of an image; its label and
  metadata are refused.
- **Hidden layers**: where a project hides the layers of contributors or managers, only managers and administrators get the full list
  of layers; everybody has their own. A search for annotations is not narrowed by it.
- **An uploaded file and its image**: the owner of the storage, the members of every project that holds the image, administrators.
- **A storage**: its owner, and administrators.
- **An ontology and its terms**: who made it, the members of projects that use it, administrators.
- **Names of accounts and their global roles**: everybody who is signed in. **Keys**: the account itself, and administrators.
- **Commands**: who gave them, for undo. Undo needs the right to the deed as if it were done now.
- Whoever is not signed in sees the sign-in page and the description of the interface.

A right that was taken away ends within ten seconds, on every replica.

## What answers tell

Answers about these carry `may`, a list of what the caller may do with the thing:

";

fn heading(thing: Thing) -> (&'static str, &'static str) {
    match thing {
        Thing::System => ("The system", ""),
        Thing::Account => ("Accounts", "One's own is the account one is signed in with."),
        Thing::Command => ("Commands", "A command is the own of who gave it."),
        Thing::Tag => (
            "Tags",
            "A tag is the own of who made it. Everybody sees tags; one that marks something only administrators change.",
        ),
        Thing::Storage => ("Storages", ""),
        Thing::Slide => (
            "Uploaded files and images",
            "They are the own of the owner of their storage, wherever they are used.",
        ),
        Thing::Project => ("Projects", ""),
        Thing::Membership => ("Members", "A membership is the member's own: everybody may leave."),
        Thing::Image => ("Images in projects", ""),
        Thing::Annotation => (
            "Annotations",
            "In another's name means in that of a member of the project; who drew it stands in the history.",
        ),
        Thing::Ontology => ("Ontologies", "Membership and management are those of any project that uses it."),
    }
}

fn columns(place: Place) -> &'static [(&'static str, Standing)] {
    use Standing::{Admin, AdminAtRest, Contributor, Guest, GuestOutside, Manager, Outside};
    match place {
        Place::Apart => &[
            ("Guest", GuestOutside),
            ("User", Outside),
            ("Administrator, session closed", AdminAtRest),
            ("Administrator", Admin),
        ],
        Place::InProject => &[
            ("No member", Outside),
            ("Guest", Guest),
            ("Contributor", Contributor),
            ("Manager", Manager),
            ("Administrator", Admin),
        ],
        Place::Shared => &[
            ("Guest outside", GuestOutside),
            ("User outside", Outside),
            ("Guest", Guest),
            ("Contributor", Contributor),
            ("Manager", Manager),
            ("Administrator", Admin),
        ],
    }
}

fn word(grant: Grant, mode: EditionMode) -> &'static str {
    match (grant.holds(mode, false), grant.holds(mode, true)) {
        (true, _) => "yes",
        (false, true) => "own",
        (false, false) => "no",
    }
}

/// The words of an action's row in each mode; modes that say the same share a line.
fn lines(action: Action, columns: &[(&str, Standing)]) -> Vec<(&'static str, Vec<&'static str>)> {
    let modes = [
        (" (classic)", EditionMode::Classic),
        (" (restricted)", EditionMode::Restricted),
        (" (read-only)", EditionMode::ReadOnly),
    ];
    let mut lines: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, mode) in modes {
        let words = columns.iter().map(|(_, standing)| word(TABLE.cell(action, *standing), mode)).collect();
        lines.push((name, words));
    }
    match (lines[0].1 == lines[1].1, lines[1].1 == lines[2].1) {
        (true, true) => {
            lines.truncate(1);
            lines[0].0 = "";
        }
        (true, false) => {
            lines.remove(1);
            lines[0].0 = " (classic, restricted)";
        }
        (false, true) => {
            lines.remove(2);
            lines[1].0 = " (restricted, read-only)";
        }
        (false, false) => {}
    }
    lines
}

fn printed() -> String {
    let mut text = HEAD.to_owned();
    for thing in Thing::ALL {
        let (title, note) = heading(thing);
        let columns = columns(thing.place());
        write!(text, "\n## {title}\n\n").unwrap();
        if !note.is_empty() {
            write!(text, "{note}\n\n").unwrap();
        }
        let titles: Vec<&str> = columns.iter().map(|(title, _)| *title).collect();
        writeln!(text, "| | {} |\n|---|{}", titles.join(" | "), "---|".repeat(columns.len())).unwrap();
        for action in Action::ALL.into_iter().filter(|action| action.thing() == thing) {
            for (mode, words) in lines(action, columns) {
                let what = action.words().trim_end_matches('.');
                writeln!(text, "| {what}{mode} | {} |", words.join(" | ")).unwrap();
            }
        }
    }
    write!(text, "\n{TAIL}").unwrap();
    for thing in Thing::ALL.into_iter().filter(|thing| !thing.told().is_empty()) {
        let words: Vec<String> = thing.told().iter().map(|(word, _)| format!("`{word}`")).collect();
        writeln!(text, "- {}: {}", heading(thing).0, words.join(", ")).unwrap();
    }
    text
}

#[test]
fn the_document_in_the_tree_is_that_of_the_table() {
    let text = printed();
    if std::env::var_os("CYTOMINE_RENEW").is_some() {
        std::fs::write(DOCUMENT, &text).unwrap();
        return;
    }
    let known = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    assert!(
        known == text,
        "docs/permissions.md says something else than the table. Renew it: \
         CYTOMINE_RENEW=1 cargo test --workspace --test permissions, and look at what changed"
    );
}
