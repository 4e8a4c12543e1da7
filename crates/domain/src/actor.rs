//! Who acts.

use cytomine_model::{ErrorKind, GlobalRole, Scope, Standing, User, UserId};

use crate::DomainError;

/// Somebody whose credentials were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: User,
    /// The highest global role.
    pub role: GlobalRole,
    /// The rights of an administrator are in force: super administrator, or administrator with an open session.
    pub admin_by_now: bool,
}

impl Actor {
    /// Id of the account.
    pub fn id(&self) -> UserId {
        self.user.id
    }

    /// How much of the system the actor sees.
    pub fn scope(&self) -> Scope {
        if self.admin_by_now { Scope::Everything } else { Scope::User(self.user.id) }
    }

    /// Standing outside of any project.
    pub fn standing(&self) -> Standing {
        if self.admin_by_now {
            Standing::Admin
        } else if self.role == GlobalRole::Guest {
            Standing::GuestOutside
        } else {
            Standing::Outside
        }
    }

    /// Only for administrators.
    ///
    /// # Errors
    /// For anybody else.
    pub fn require_admin(&self) -> Result<(), DomainError> {
        if self.admin_by_now {
            return Ok(());
        }
        let remedy = if self.role >= GlobalRole::Admin {
            "open the admin session first"
        } else {
            "ask an administrator"
        };
        Err(DomainError::new(
            ErrorKind::Forbidden,
            format!("This needs the rights of an administrator: {remedy}"),
        ))
    }
}
