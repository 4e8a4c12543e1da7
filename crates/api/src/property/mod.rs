//! Properties: keys and values on any entity (rest-api 4.19).

pub mod wire;
