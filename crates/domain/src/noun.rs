//! What the domain knows of each kind of entity, stated once beside the noun: who may do what with one, and what stands
//! in the way of its going. Use cases, undo and whatever hangs on any entity ask the same here.

use std::future::Future;

use cytomine_model::{Action, CommandAction, CommandId, Entity, EntityKind, UserId};
use cytomine_store::change::Spot;
use cytomine_store::table::Table;
use cytomine_store::{Read, Tx};

use crate::access::{self, ProjectAccess, Unasked};
use crate::{Actor, DomainError};

/// What somebody wants to do with an entity, whatever its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// See it.
    See,
    /// Make it.
    Add,
    /// Change it.
    Edit,
    /// Give it properties, a description, tags or files, or change these.
    Describe,
    /// Delete it.
    Delete,
}

impl Deed {
    /// The row of the permission table for what lies in a project.
    pub(crate) fn action(self, add: Action, edit: Action, describe: Action, delete: Action) -> Action {
        match self {
            Self::See => Action::SeeProject,
            Self::Add => add,
            Self::Edit => edit,
            Self::Describe => describe,
            Self::Delete => delete,
        }
    }
}

impl From<CommandAction> for Deed {
    fn from(action: CommandAction) -> Self {
        match action {
            CommandAction::Add => Self::Add,
            CommandAction::Edit => Self::Edit,
            CommandAction::Delete => Self::Delete,
        }
    }
}

/// By what the actor reached an entity.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The project that it lies in, if it lies in one.
    pub project: Option<ProjectAccess>,
}

impl Reach {
    /// By something that is no project.
    pub(crate) const OUTSIDE: Self = Self { project: None };
}

impl ProjectAccess {
    /// As [`ProjectAccess::require`], for a noun's answer.
    pub(crate) fn reach(self, action: Action, owner: Option<UserId>) -> Result<Reach, DomainError> {
        self.require(action, owner)?;
        Ok(Reach { project: Some(self) })
    }
}

/// A kind of entity.
pub(crate) trait Noun: Table + Into<Entity> {
    /// Whether rights, or what is kept in memory beside them, can change with entities of this kind. Annotations and
    /// terms are undone often; that must not cost everybody their cached rights.
    const BEARS_RIGHTS: bool = true;
    /// Whether answers to undo and redo show the entity.
    const SHOWN: bool = true;

    /// Where it lies, for those who are told of changes.
    fn spot(&self) -> Option<Spot> {
        None
    }

    /// Fails unless the actor may do this with the entity.
    fn may<E: Read>(
        &self,
        ex: &mut E,
        actor: &Actor,
        deed: Deed,
    ) -> impl Future<Output = Result<Reach, DomainError>> + Send;

    /// Fails while something stands in the way of these entities' going; `command` is what deletes them, and may have
    /// deleted others already.
    fn free(
        _tx: &mut Tx,
        _ids: &[Self::Id],
        _command: CommandId,
    ) -> impl Future<Output = Result<(), DomainError>> + Send {
        async { Ok(()) }
    }
}

macro_rules! dispatch {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        /// A living entity that answers to undo and redo show.
        pub(crate) async fn shown(tx: &mut Tx, kind: EntityKind, id: i64) -> Result<Option<Entity>, DomainError> {
            Ok(match kind {
                $(EntityKind::$kind if !<cytomine_model::$kind as Noun>::SHOWN => None,
                EntityKind::$kind => {
                    let found = access::counted::<cytomine_model::$kind>(tx, id.into(), Unasked::Undo).await?;
                    found.map(Entity::from)
                })+
            })
        }

        /// As [`Noun::may`], of an entity by id; none where it is not there.
        pub(crate) async fn may<E: Read>(
            ex: &mut E,
            actor: &Actor,
            (kind, id): (EntityKind, i64),
            deed: Deed,
        ) -> Result<Option<Reach>, DomainError> {
            Ok(match kind {
                $(EntityKind::$kind => {
                    match access::unasked::<cytomine_model::$kind>(&mut *ex, id.into(), Unasked::Undo).await? {
                        Some(entity) => Some(entity.may(ex, actor, deed).await?),
                        None => None,
                    }
                })+
            })
        }

        /// As [`Noun::free`].
        pub(crate) async fn free(
            tx: &mut Tx,
            kind: EntityKind,
            ids: &[i64],
            command: CommandId,
        ) -> Result<(), DomainError> {
            match kind {
                $(EntityKind::$kind => {
                    let ids: Vec<cytomine_model::$id> = ids.iter().copied().map(Into::into).collect();
                    cytomine_model::$kind::free(tx, &ids, command).await
                })+
            }
        }

        /// As [`Noun::BEARS_RIGHTS`].
        pub(crate) fn bears_rights(kind: EntityKind) -> bool {
            match kind {
                $(EntityKind::$kind => <cytomine_model::$kind as Noun>::BEARS_RIGHTS,)+
            }
        }
    };
}
cytomine_model::each_kind!(dispatch);
