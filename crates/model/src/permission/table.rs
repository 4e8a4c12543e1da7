//! The table itself.

use super::Grant::{Classic, No, Own, Shared, Writable, Yes};
use super::{Grant, Table, Thing};

/// Makes the actions, what each is done to, its words and its row of one list.
macro_rules! table {
    ($($thing:ident { $(#[doc = $words:literal] $action:ident => $cells:expr;)+ })+) => {
        /// What somebody wants to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[doc = $words] $action,)+)+
        }

        impl Action {
            /// All actions, in the order of the table.
            pub const ALL: [Self; [$($(stringify!($action)),+),+].len()] = [$($(Self::$action),+),+];

            /// What it is done to.
            pub fn thing(self) -> Thing {
                match self {
                    $($(Self::$action)|+ => Thing::$thing,)+
                }
            }

            /// What it is, for people.
            pub fn words(self) -> &'static str {
                match self {
                    $($(Self::$action => $words.trim(),)+)+
                }
            }
        }

        /// Who may do what.
        pub const TABLE: Table = Table([$($($cells),+),+]);
    };
}

/// The row of something that lies in no project: what guests, users and administrators with an open session may.
const fn apart(guest: Grant, user: Grant, admin: Grant) -> [Grant; 7] {
    [guest, user, user, guest, user, user, admin]
}

/// The row of something in a project: what guests, contributors and managers in it, and administrators may.
const fn within(guest: Grant, contributor: Grant, manager: Grant, admin: Grant) -> [Grant; 7] {
    [No, No, No, guest, contributor, manager, admin]
}

/// The row of something that projects use and that has an owner: what is outside of them the owner's alone.
const fn shared(guest: Grant, contributor: Grant, manager: Grant, admin: Grant) -> [Grant; 7] {
    [Own, Own, Own, guest, contributor, manager, admin]
}

table! {
    System {
        /// Make a project.
        CreateProject => apart(No, Yes, Yes);
        /// Make an ontology.
        CreateOntology => apart(No, Yes, Yes);
        /// Upload slides, register files and images, make storages.
        Upload => apart(No, Yes, Yes);
        /// Make, disable and delete accounts, give and take global roles.
        ManageUsers => apart(No, No, Yes);
        /// Make a storage or a file for somebody else, hand a storage over.
        GiveAway => apart(No, No, Yes);
        /// Make a tag.
        CreateTag => apart(No, Yes, Yes);
        /// Give what lies in no project properties, a description, tags or files, for whoever may change it.
        DescribeOther => apart(No, Yes, Yes);
        /// List all descriptions and attached files.
        SeeEverything => apart(No, No, Yes);
        /// Open the administrator's session.
        OpenAdminSession => [No, No, Yes, No, No, No, Yes];
    }
    Account {
        /// Change an account, and with the old password its password.
        EditAccount => apart(Own, Own, Yes);
        /// Read the keys of an account.
        UseKeys => apart(Own, Own, Yes);
        /// List the projects and images of a user, count the annotations.
        SeeWork => apart(Own, Own, Yes);
    }
    Command {
        /// Undo and redo a command, as long as the right to do it lasts.
        Undo => [Own; 7];
    }
    Tag {
        // Once something is marked with it, it is the administrators' alone (domain/tag.rs).
        /// Rename or delete a tag that marks nothing yet.
        EditTag => apart(No, Own, Yes);
    }
    Storage {
        /// See a storage and what is in it.
        SeeStorage => apart(Own, Own, Yes);
        /// Change or delete a storage.
        EditStorage => apart(Own, Own, Yes);
        /// Put files into a storage.
        FillStorage => apart(No, Own, Yes);
    }
    Slide {
        /// See an uploaded file, the image made of it and its pixels, download it.
        SeeSlide => shared(Yes, Yes, Yes, Yes);
        /// Change or delete an uploaded file, the image made of it and its planes.
        EditSlide => [No, Own, Own, No, Own, Own, Yes];
    }
    Project {
        /// See a project with its images, annotations and statistics.
        SeeProject => within(Yes, Yes, Yes, Yes);
        /// See names, labels and metadata of images in a blind project.
        SeeNames => within(No, No, Yes, Yes);
        /// See layers that the project hides.
        SeeLayers => within(No, No, Yes, Yes);
        /// Change a project, its representatives and the layers that it shows first.
        EditProject => within(No, No, Yes, Yes);
        /// Give a project properties, a description, tags or files, or change these.
        DescribeProject => within(No, No, Yes, Yes);
        // An administrator who is not a manager leaves a read-only project alone (rest-api 3.5, note under the table).
        /// Delete a project.
        DeleteProject => within(No, No, Yes, Writable);
    }
    Membership {
        /// Add members and managers, raise and lower them.
        ManageMembers => within(No, No, Yes, Yes);
        /// End a membership.
        RemoveMember => within(Own, Own, Yes, Yes);
        /// Count the annotations of a member.
        CountWork => within(Own, Own, Yes, Yes);
    }
    Image {
        /// Add an image to a project.
        AddImage => within(No, Writable, Yes, Writable);
        /// Change an image of a project.
        EditImage => within(No, Shared, Yes, Writable);
        /// Give an image properties, a description, tags or files, or change these.
        DescribeImage => within(No, Shared, Yes, Yes);
        /// Remove an image from a project.
        DeleteImage => within(No, Shared, Yes, Yes);
    }
    Annotation {
        /// Draw an annotation in one's own name.
        CreateAnnotation => within(Writable, Writable, Yes, Writable);
        // Members only may be named (domain/annotation/create.rs); guests speak for nobody but themselves.
        /// Draw an annotation or set a term in the name of another member.
        CreateAnnotationForOther => within(No, Classic, Yes, Writable);
        /// Change or delete an annotation, set and remove its terms.
        EditAnnotation => within(Shared, Shared, Yes, Yes);
        /// Give an annotation properties, a description, tags or files, or change these.
        DescribeAnnotation => within(No, Shared, Yes, Yes);
    }
    Ontology {
        /// See an ontology with its terms, use it in a project of one's own.
        SeeOntology => shared(Yes, Yes, Yes, Yes);
        /// Change or delete an ontology, its terms and relations.
        EditOntology => shared(Own, Own, Yes, Yes);
    }
}
