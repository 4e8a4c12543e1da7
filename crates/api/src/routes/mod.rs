//! The list of operations: one statement each, from which router, document and rights test are made.
//!
//! An [`Operation`] states method, path, summary, the right that it asks and what an outsider gets. What goes in and what
//! comes out is not stated but read from the handler's own signature ([`crate::describe`]), so that document and code
//! cannot differ; only handlers whose types are silent (pictures, streams) say it with [`Operation::gives`].

pub mod document;
mod example;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, on};
use axum::{Extension, Router};
use cytomine_model::Action;

use crate::describe::{Described, Output, Sketch};
use crate::edge::origin::Acts;
use crate::state::ApiState;

/// What an outsider gets from an operation that is filled with what belongs to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outsider {
    /// 401, 403 or 404.
    Refused,
    /// Some answer in which nothing of the other's is: an own list, an own thing, a common fact.
    Clean,
    /// What everybody gets, signed in or not.
    Public,
}

/// What an operation asks before it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Nothing: everybody may, signed in or not.
    Public,
    /// To be signed in: it is about the caller, lists what the caller may see, or is common knowledge.
    SignedIn,
    /// The right to this, by the permission table, on what its path or body names.
    To(Action),
}

/// One operation of the interface.
#[derive(Clone)]
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path with `{name}` for each parameter, without `.json`.
    pub path: String,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The noun it belongs to; set by [`Routes`].
    pub tag: &'static str,
    /// What an outsider gets.
    pub outsider: Outsider,
    /// The right that it asks; a test holds that every operation says which.
    pub right: Option<Right>,
    /// Whether it changes something whatever its method.
    pub acts: bool,
    describers: Vec<fn(&mut Sketch<'_>)>,
    limit: Option<usize>,
    router: MethodRouter<ApiState>,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

macro_rules! methods {
    ($($function:ident $method:ident $filter:ident),+) => {$(
        /// An operation of that method.
        pub fn $function<H, M, T>(path: impl Into<String>, handler: H, summary: &'static str) -> Operation
        where
            H: Handler<M, ApiState> + Described<T>,
            M: 'static,
        {
            Operation {
                method: Method::$method,
                path: path.into(),
                summary,
                tag: "",
                outsider: Outsider::Refused,
                right: None,
                acts: Method::$method != Method::GET,
                describers: vec![<H as Described<T>>::describe],
                limit: None,
                router: on(axum::routing::MethodFilter::$filter, handler),
            }
        }
    )+};
}
methods!(get GET GET, post POST POST, put PUT PUT, delete DELETE DELETE);

impl Operation {
    /// An outsider gets an answer in which nothing of others is.
    #[must_use]
    pub fn clean(mut self) -> Self {
        self.outsider = Outsider::Clean;
        self
    }

    /// Everybody gets it, signed in or not.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.outsider = Outsider::Public;
        self.right(Right::Public)
    }

    /// It changes something although it is a GET: with a cookie, only pages of ours may send it.
    #[must_use]
    pub fn acts(mut self) -> Self {
        self.acts = true;
        self
    }

    /// It needs the right to this.
    #[must_use]
    pub fn needs(self, action: Action) -> Self {
        self.right(Right::To(action))
    }

    /// It needs no right but to be signed in.
    #[must_use]
    pub fn signed_in(self) -> Self {
        self.right(Right::SignedIn)
    }

    /// It asks that right.
    #[must_use]
    pub fn right(mut self, right: Right) -> Self {
        self.right = Some(right);
        self
    }

    /// Takes bodies of up to that many bytes, instead of [`crate::body::JSON_LIMIT`].
    #[must_use]
    pub fn takes(mut self, bytes: usize) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Answers what its handler's types do not tell.
    #[must_use]
    pub fn gives<A: Output>(self) -> Self {
        self.sketched(A::describe)
    }

    /// Adds to its description what its handler's types do not tell.
    #[must_use]
    pub fn sketched(mut self, describe: fn(&mut Sketch<'_>)) -> Self {
        self.describers.push(describe);
        self
    }

    /// `GET /api/term`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Operations in the order in which they are documented.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    tag: &'static str,
    operations: Vec<Operation>,
}

impl Routes {
    /// Operations of a noun, to be added.
    pub fn of(tag: &'static str) -> Self {
        Self { tag, operations: Vec::new() }
    }

    /// Adds one.
    #[must_use]
    pub fn with(mut self, operation: Operation) -> Self {
        self.operations.push(Operation { tag: self.tag, ..operation });
        self
    }

    /// Adds those of another noun, under its own tag.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        self
    }

    /// All of them.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The router that answers them.
    pub fn into_router(self) -> Router<ApiState> {
        let mut router = Router::new();
        for operation in self.operations {
            let mut methods = operation.router;
            if let Some(bytes) = operation.limit {
                methods = methods.layer(DefaultBodyLimit::max(bytes));
            }
            if operation.acts {
                methods = methods.layer(Extension(Acts));
            }
            router = router.route(&operation.path, methods);
        }
        router
    }
}
