//! Who acts.

use cytomine_model::{GlobalRole, Scope, Standing, User, UserId};

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By a browser's session: the SHA-256 of its token.
    Session([u8; 32]),
    /// By a signature with the account's private key.
    Key,
    /// By being the system: a job, the command line.
    System,
}

/// Somebody whose credentials were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: User,
    /// The highest global role.
    pub role: GlobalRole,
    /// The rights of an administrator are in force: super administrator, or administrator with an open session.
    pub admin_by_now: bool,
    /// How they proved who they are.
    pub proof: Proof,
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
