//! Who acts.

use cytomine_model::{GlobalRole, Scope, Standing, User, UserId};

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
        } else {
            match self.role {
                GlobalRole::Guest => Standing::GuestOutside,
                GlobalRole::User => Standing::Outside,
                GlobalRole::Admin | GlobalRole::SuperAdmin => Standing::AdminAtRest,
            }
        }
    }
}
