//! Who may do what: the one table that checks, documents and tests read.
//!
//! Source: rest-api 3.5 (action x role), with the edition modes of 3.3.

use crate::EditionMode;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See a project with its images, annotations, statistics.
    SeeProject,
    /// Make a project.
    CreateProject,
    /// Change a project, its representatives and default layers.
    EditProject,
    /// Delete a project.
    DeleteProject,
    /// Add or remove members and managers.
    ManageMembers,
    /// Add an image to a project.
    AddImage,
    /// Change an image of a project.
    EditImage,
    /// Remove an image from a project.
    DeleteImage,
    /// Draw an annotation in one's own name.
    CreateAnnotation,
    /// Draw an annotation in another's name.
    CreateAnnotationForOther,
    /// Change or delete an annotation, set or remove its terms.
    EditAnnotation,
    /// Give a project properties, a description, tags or files, or change these.
    DescribeProject,
    /// The same with an image or an annotation of a project, or what belongs to it.
    Describe,
    /// The same with what lies in no project, for whoever may change it.
    DescribeOther,
    /// Make a tag.
    CreateTag,
    /// Upload into an own storage, make storages.
    Upload,
    /// Make an ontology.
    CreateOntology,
    /// Change an ontology and its terms, seen through a project that uses it.
    EditOntology,
    /// Create, change, delete accounts and roles.
    ManageUsers,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 19] = [
        Self::SeeProject,
        Self::CreateProject,
        Self::EditProject,
        Self::DeleteProject,
        Self::ManageMembers,
        Self::AddImage,
        Self::EditImage,
        Self::DeleteImage,
        Self::CreateAnnotation,
        Self::CreateAnnotationForOther,
        Self::EditAnnotation,
        Self::DescribeProject,
        Self::Describe,
        Self::DescribeOther,
        Self::CreateTag,
        Self::Upload,
        Self::CreateOntology,
        Self::EditOntology,
        Self::ManageUsers,
    ];
}

/// What somebody is with regard to the thing (its project, or the system where there is no project).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Signed in with the guest role, not a member.
    GuestOutside,
    /// Signed in with the user role, not a member.
    Outside,
    /// Member with the guest role.
    Guest,
    /// Member with the user role.
    Contributor,
    /// Manager of the project.
    Manager,
    /// Administrator with an open session.
    Admin,
}

/// When a cell of the table says yes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grant {
    No,
    Yes,
    /// Unless the project is read-only.
    Writable,
    /// In a classic project; in a restricted one only the owner of the thing.
    Owner,
    /// Only in a classic project.
    Classic,
}

/// One row of the table: outsiders (guest, user), guest member, contributor, manager, administrator.
fn row(action: Action) -> [Grant; 6] {
    use Grant::{Classic, No, Owner, Writable, Yes};
    match action {
        Action::SeeProject => [No, No, Yes, Yes, Yes, Yes],
        Action::CreateProject | Action::Upload | Action::CreateOntology => [No, Yes, No, Yes, Yes, Yes],
        Action::DescribeOther | Action::CreateTag => [No, Yes, No, Yes, Yes, Yes],
        Action::EditProject | Action::ManageMembers | Action::EditOntology => [No, No, No, No, Yes, Yes],
        Action::DescribeProject => [No, No, No, No, Yes, Yes],
        // An administrator who is not a manager leaves a read-only project alone (rest-api 3.5, note under the table).
        Action::DeleteProject => [No, No, No, No, Yes, Writable],
        Action::AddImage => [No, No, No, Writable, Yes, Writable],
        Action::EditImage => [No, No, No, Owner, Yes, Writable],
        Action::DeleteImage | Action::Describe => [No, No, No, Owner, Yes, Yes],
        Action::CreateAnnotation => [No, No, Writable, Writable, Yes, Writable],
        Action::CreateAnnotationForOther => [No, No, Classic, Classic, Yes, Writable],
        Action::EditAnnotation => [No, No, Owner, Owner, Yes, Yes],
        Action::ManageUsers => [No, No, No, No, No, Yes],
    }
}

/// Whether somebody of that standing may do it in a project of that mode; `owns` tells that the thing is theirs.
pub fn allowed(action: Action, standing: Standing, mode: EditionMode, owns: bool) -> bool {
    let column = match standing {
        Standing::GuestOutside => 0,
        Standing::Outside => 1,
        Standing::Guest => 2,
        Standing::Contributor => 3,
        Standing::Manager => 4,
        Standing::Admin => 5,
    };
    match row(action)[column] {
        Grant::No => false,
        Grant::Yes => true,
        Grant::Writable => mode != EditionMode::ReadOnly,
        Grant::Owner => mode == EditionMode::Classic || (mode == EditionMode::Restricted && owns),
        Grant::Classic => mode == EditionMode::Classic,
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
        let inside = Action::ALL.into_iter().filter(|action| {
            !matches!(
                action,
                Action::CreateProject
                    | Action::Upload
                    | Action::CreateOntology
                    | Action::CreateTag
                    | Action::DescribeOther
            )
        });
        for action in inside {
            for standing in [Standing::GuestOutside, Standing::Outside] {
                assert!(!allowed(action, standing, EditionMode::Classic, true), "{action:?}");
            }
        }
    }
}
