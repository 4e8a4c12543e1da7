//! The HTTP interface: routes, Cytomine's dialects, the edge.
pub mod dialect;
pub mod edge;
