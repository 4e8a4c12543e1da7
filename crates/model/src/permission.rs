//! Who may do what: the one table that checks, answers, documents and tests read.
//!
//! Source: rest-api 3.5 (action x role), with the edition modes of 3.3. `docs/permissions.md` is printed from it.

mod table;

use crate::{EditionMode, GlobalRole};

pub use table::{Action, TABLE};

/// What an action is done to. Whether somebody owns it is asked of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// Nothing that exists yet, or everything at once.
    System,
    /// An account; it is its user's own.
    Account,
    /// A command; it is that of who gave it.
    Command,
    /// A tag; it is that of who made it.
    Tag,
    /// A storage; it has an owner.
    Storage,
    /// An uploaded file, the image made of it and its planes; they are the own of the storage's owner.
    Slide,
    /// A project. It has members, managers among them, and no owner.
    Project,
    /// A membership in a project; it is the member's own.
    Membership,
    /// An image in a project and its planes; it is the own of who added it.
    Image,
    /// An annotation with its terms; it is the own of whom it is drawn for.
    Annotation,
    /// An ontology with its terms and relations; it is the own of who made it.
    Ontology,
}

impl Thing {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::System,
        Self::Account,
        Self::Command,
        Self::Tag,
        Self::Storage,
        Self::Slide,
        Self::Project,
        Self::Membership,
        Self::Image,
        Self::Annotation,
        Self::Ontology,
    ];

    /// Where somebody's standing towards it comes from.
    pub fn place(self) -> Place {
        match self {
            Self::System | Self::Account | Self::Command | Self::Tag | Self::Storage => Place::Apart,
            Self::Project | Self::Membership | Self::Image | Self::Annotation => Place::InProject,
            Self::Slide | Self::Ontology => Place::Shared,
        }
    }

    /// What answers tell of what somebody may do with it: a word, and the action that it stands for.
    pub fn told(self) -> &'static [(&'static str, Action)] {
        match self {
            Self::Project => &[
                ("edit", Action::EditProject),
                ("delete", Action::DeleteProject),
                ("members", Action::ManageMembers),
                ("addImage", Action::AddImage),
                ("annotate", Action::CreateAnnotation),
            ],
            Self::Image => &[
                ("edit", Action::EditImage),
                ("delete", Action::DeleteImage),
                ("annotate", Action::CreateAnnotation),
            ],
            Self::Annotation => &[("edit", Action::EditAnnotation), ("delete", Action::EditAnnotation)],
            Self::Ontology => &[("edit", Action::EditOntology), ("delete", Action::EditOntology)],
            Self::Storage => &[
                ("edit", Action::EditStorage),
                ("delete", Action::EditStorage),
                ("upload", Action::FillStorage),
            ],
            Self::System | Self::Account | Self::Command | Self::Tag | Self::Slide | Self::Membership => &[],
        }
    }
}

/// Where somebody's standing towards a thing comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// From the account alone: it lies in no project.
    Apart,
    /// From the project that it lies in.
    InProject,
    /// From the projects that use it; outside of them from the account.
    Shared,
}

/// What somebody is with regard to the thing (its project, or the system where there is no project).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Signed in with the guest role, not a member.
    GuestOutside,
    /// Signed in with the user role, not a member.
    Outside,
    /// An administrator whose admin session is not open, not a member.
    AdminAtRest,
    /// Member with the guest role.
    Guest,
    /// Member with the user role.
    Contributor,
    /// Manager of the project.
    Manager,
    /// Administrator with an open session.
    Admin,
}

impl Standing {
    /// All of them, in the order of the table's columns.
    pub const ALL: [Self; 7] = [
        Self::GuestOutside,
        Self::Outside,
        Self::AdminAtRest,
        Self::Guest,
        Self::Contributor,
        Self::Manager,
        Self::Admin,
    ];
}

/// When a cell of the table says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Never.
    No,
    /// Always.
    Yes,
    /// For what is one's own.
    Own,
    /// Unless the project is read-only.
    Writable,
    /// In a classic project; in a restricted one for what is one's own; not in a read-only one.
    Shared,
    /// Only in a classic project.
    Classic,
}

impl Grant {
    /// Whether it says yes in a project of that mode; `owns` tells that the thing is one's own.
    pub fn holds(self, mode: EditionMode, owns: bool) -> bool {
        match self {
            Self::No => false,
            Self::Yes => true,
            Self::Own => owns,
            Self::Writable => mode != EditionMode::ReadOnly,
            Self::Shared => mode == EditionMode::Classic || (mode == EditionMode::Restricted && owns),
            Self::Classic => mode == EditionMode::Classic,
        }
    }
}

/// Cells by action and standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table([[Grant; 7]; Action::ALL.len()]);

impl Table {
    /// When somebody of that standing may do it.
    pub fn cell(&self, action: Action, standing: Standing) -> Grant {
        self.0[action as usize][standing as usize]
    }

    /// Whether somebody of that standing may do it in a project of that mode; `owns` tells that the thing is theirs.
    pub fn allows(&self, action: Action, standing: Standing, mode: EditionMode, owns: bool) -> bool {
        self.cell(action, standing).holds(mode, owns)
    }

    /// The table with another cell, for tests of what reads it.
    #[must_use]
    pub fn with(mut self, action: Action, standing: Standing, grant: Grant) -> Self {
        self.0[action as usize][standing as usize] = grant;
        self
    }
}

/// Whether somebody of that standing may do it in a project of that mode; `owns` tells that the thing is theirs.
pub fn allowed(action: Action, standing: Standing, mode: EditionMode, owns: bool) -> bool {
    TABLE.allows(action, standing, mode, owns)
}

/// Whether who holds `role` may act on an account, or give and take a role, of rank `other`: whoever may change a
/// password or read a key can become that account, so administrators leave super administrators alone.
pub fn outranks(role: GlobalRole, other: GlobalRole) -> bool {
    other < GlobalRole::SuperAdmin || role == GlobalRole::SuperAdmin
}

/// Whether who holds that global role can manage projects. A guest whom an old row calls manager is a contributor.
pub fn can_manage(role: GlobalRole) -> bool {
    role > GlobalRole::Guest
}

/// What somebody may do with a thing, as answers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct May {
    thing: Thing,
    bits: u8,
}

impl May {
    /// Nothing.
    pub fn nothing(thing: Thing) -> Self {
        Self { thing, bits: 0 }
    }

    /// What the table grants.
    pub fn of(thing: Thing, standing: Standing, mode: EditionMode, owns: bool) -> Self {
        let told = thing.told().iter().enumerate();
        let granted = told.filter(|(_, (_, action))| allowed(*action, standing, mode, owns));
        Self { thing, bits: granted.fold(0, |bits, (place, _)| bits | (1 << place)) }
    }

    /// The words for it.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let told = self.thing.told().iter().enumerate();
        told.filter(move |(place, _)| self.bits & (1 << place) != 0).map(|(_, (word, _))| *word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contributor_of_a_restricted_project_edits_only_what_is_theirs() {
        let may =
            |owns| allowed(Action::EditAnnotation, Standing::Contributor, EditionMode::Restricted, owns);
        assert!(may(true));
        assert!(!may(false));
    }

    #[test]
    fn nobody_but_managers_writes_into_a_read_only_project() {
        for action in [Action::AddImage, Action::CreateAnnotation, Action::EditImage] {
            for standing in [Standing::Guest, Standing::Contributor, Standing::Admin] {
                assert!(!allowed(action, standing, EditionMode::ReadOnly, true), "{action:?} {standing:?}");
            }
            assert!(allowed(action, Standing::Manager, EditionMode::ReadOnly, false), "{action:?}");
        }
    }

    #[test]
    fn outsiders_reach_nothing_inside_a_project() {
        for action in Action::ALL.into_iter().filter(|action| action.thing().place() == Place::InProject) {
            for standing in [Standing::GuestOutside, Standing::Outside, Standing::AdminAtRest] {
                assert!(!allowed(action, standing, EditionMode::Classic, true), "{action:?}");
            }
        }
    }

    #[test]
    fn an_administrator_at_rest_is_a_user_who_may_open_the_session() {
        for action in Action::ALL {
            let [rest, user] =
                [Standing::AdminAtRest, Standing::Outside].map(|standing| TABLE.cell(action, standing));
            assert_eq!(rest != user, action == Action::OpenAdminSession, "{action:?}");
        }
    }

    #[test]
    fn what_lies_in_no_project_knows_no_members() {
        for action in Action::ALL.into_iter().filter(|action| action.thing().place() == Place::Apart) {
            for (inside, outside) in [
                (Standing::Guest, Standing::GuestOutside),
                (Standing::Contributor, Standing::Outside),
                (Standing::Manager, Standing::Outside),
            ] {
                assert_eq!(TABLE.cell(action, inside), TABLE.cell(action, outside), "{action:?}");
            }
        }
    }

    #[test]
    fn every_word_has_a_bit_and_is_of_its_thing() {
        for thing in Thing::ALL {
            assert!(thing.told().len() <= 8, "{thing:?}");
        }
        let all = May::of(Thing::Project, Standing::Manager, EditionMode::ReadOnly, false);
        assert_eq!(all.words().collect::<Vec<_>>(), ["edit", "delete", "members", "addImage", "annotate"]);
        let none = May::of(Thing::Project, Standing::Guest, EditionMode::ReadOnly, false);
        assert_eq!(none, May::nothing(Thing::Project));
    }
}
