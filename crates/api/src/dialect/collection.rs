//! The wrapper every list answers in: `collection`, `offset`, `perPage`, `size`, `totalPages`.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::loose::schema_of;
use super::paging::Paging;

/// One page of a list, with the keys Cytomine's clients read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection<T> {
    /// The page.
    pub collection: Vec<T>,
    /// Items before the page.
    pub offset: u64,
    /// Items on a page: what was asked for, or what is there when that is less.
    pub per_page: u64,
    /// Items in the whole list; clients go on until they have as many.
    pub size: u64,
    /// Pages in the whole list.
    pub total_pages: u64,
}

impl<T: ToSchema> PartialSchema for Collection<T> {
    fn schema() -> RefOr<Schema> {
        let count = || json!({ "type": "integer", "format": "int64", "minimum": 0 });
        let item = match T::name().as_ref() {
            "str" | "String" => json!({ "type": "string", "example": "macro" }),
            name => json!({ "$ref": format!("#/components/schemas/{name}") }),
        };
        schema_of(json!({
            "type": "object",
            "required": ["collection", "offset", "perPage", "size", "totalPages"],
            "properties": {
                "collection": { "type": "array", "items": item },
                "offset": count(),
                "perPage": count(),
                "size": count(),
                "totalPages": count(),
            },
        }))
    }
}

impl<T: ToSchema> ToSchema for Collection<T> {
    fn name() -> Cow<'static, str> {
        let name = T::name();
        let (first, rest) = name.split_at(1.min(name.len()));
        format!("{}{rest}Collection", first.to_uppercase()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T> Collection<T> {
    /// Wraps the page `items` of a list of `total`.
    pub fn new(items: Vec<T>, paging: &Paging, total: u64) -> Self {
        let on_page = items.len() as u64;
        let (per_page, total_pages) = match paging.max {
            0 => (on_page, u64::from(total > 0)),
            max => (max.min(on_page), total.div_ceil(max)),
        };
        Self { collection: items, offset: paging.offset, per_page, size: total, total_pages }
    }

    /// Wraps a list that is in memory as a whole, cut to the page asked for.
    pub fn sliced(items: Vec<T>, paging: &Paging) -> Self {
        let total = items.len() as u64;
        Self::new(paging.slice(items), paging, total)
    }

    /// Wraps a list that is always answered as a whole.
    pub fn whole(items: Vec<T>) -> Self {
        Self::sliced(items, &Paging::all())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, to_value};

    #[test]
    fn a_page_of_a_longer_list() {
        let paging = Paging { offset: 10, max: 5, ..Paging::all() };
        assert_eq!(
            to_value(Collection::new(vec![1, 2, 3, 4, 5], &paging, 23)).unwrap(),
            json!({ "collection": [1, 2, 3, 4, 5], "offset": 10, "perPage": 5, "size": 23, "totalPages": 5 })
        );
    }

    #[test]
    fn the_last_page_counts_what_is_there() {
        let paging = Paging { offset: 20, max: 5, ..Paging::all() };
        let page = Collection::new(vec![1, 2, 3], &paging, 23);
        assert_eq!((page.per_page, page.total_pages), (3, 5));
    }

    #[test]
    fn all_is_one_page_and_nothing_is_none() {
        let all = Collection::whole(vec!["a", "b"]);
        assert_eq!((all.per_page, all.size, all.total_pages), (2, 2, 1));
        let none = Collection::<i32>::whole(vec![]);
        assert_eq!(
            to_value(none).unwrap(),
            json!({ "collection": [], "offset": 0, "perPage": 0, "size": 0, "totalPages": 0 })
        );
    }

    #[test]
    fn a_list_in_memory_is_cut() {
        let paging = Paging { offset: 1, max: 1, ..Paging::all() };
        let page = Collection::sliced(vec!['a', 'b', 'c'], &paging);
        assert_eq!((page.collection, page.size, page.total_pages), (vec!['b'], 3, 3));
    }
}
