//! Which part of a list is asked for, in both spellings.
//!
//! Classic clients write `max`, `offset`, `sort`, `order`; V2 ones `page`, `size`, `sort=field,direction`; the list
//! of a project's users `sortColumn`, `sortDirection`. Every list takes all of them: `max` or `offset` when one is
//! there, else `page` and `size`, else everything. A limit of our own would hide data from clients that rely on
//! `max=0` meaning all.

use cytomine_model::{Direction, Page, Sort};

use super::{DialectError, query::Query};

/// The part of a list a request asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// Items skipped before the page.
    pub offset: u64,
    /// Items on the page; 0 = all.
    pub max: u64,
    /// Field to sort by, in the client's spelling; `None` = the list's own order.
    pub sort: Option<String>,
    /// Direction; `None` = the list's own.
    pub order: Option<Direction>,
}

impl Paging {
    /// Everything, in the list's own order.
    pub fn all() -> Self {
        Self::default()
    }

    /// Reads both families of parameters.
    ///
    /// # Errors
    /// [`DialectError::InvalidValue`] when a number is negative or none, or a direction neither `asc` nor `desc`.
    pub fn from_query(query: &Query) -> Result<Self, DialectError> {
        const COUNT: &str = "a whole number from 0";
        let max = query.parsed::<u64>("max", COUNT)?;
        let offset = query.parsed::<u64>("offset", COUNT)?;
        // Read even where it does not count, so that what is no number is always refused.
        let size = query.parsed::<u64>("size", COUNT)?;
        let page = query.parsed::<u64>("page", COUNT)?;
        let (offset, max) = match (offset, max) {
            (None, None) => match (page, size) {
                (page, Some(size)) => (page.unwrap_or(0).saturating_mul(size), size),
                // A page without a size means V2's own page size.
                (Some(page), None) => (page.saturating_mul(V2_PAGE_SIZE), V2_PAGE_SIZE),
                (None, None) => (0, 0),
            },
            (offset, max) => (offset.unwrap_or(0), max.unwrap_or(0)),
        };
        let (sort, order) = sorting(query)?;
        Ok(Self { offset, max, sort, order })
    }

    /// The page as the domain takes it.
    pub fn page(&self) -> Page {
        let clamped = |count| i64::try_from(count).unwrap_or(i64::MAX);
        Page { offset: clamped(self.offset), max: clamped(self.max) }
    }

    /// Field and direction, with the defaults of a list filled in.
    pub fn sort_or(&self, field: &str, direction: Direction) -> Sort {
        Sort {
            field: field_name(self.sort.as_deref().unwrap_or(field)),
            direction: self.order.unwrap_or(direction),
        }
    }

    /// The page of a list that is in memory as a whole.
    pub fn slice<T>(&self, items: Vec<T>) -> Vec<T> {
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let take = match self.max {
            0 => usize::MAX,
            max => usize::try_from(max).unwrap_or(usize::MAX),
        };
        items.into_iter().skip(skip).take(take).collect()
    }
}

/// Page size of V2 lists when only a page is named.
const V2_PAGE_SIZE: u64 = 20;

fn sorting(query: &Query) -> Result<(Option<String>, Option<Direction>), DialectError> {
    let (field, inside) = match query.filled("sort").or_else(|| query.filled("sortColumn")) {
        Some(text) => match text.split_once(',') {
            Some((field, direction)) => (Some(field.trim()), Some(("sort", direction))),
            None => (Some(text), None),
        },
        None => (None, None),
    };
    let beside = ["order", "sortDirection"].into_iter().find_map(|name| Some((name, query.filled(name)?)));
    let order = match inside.or(beside) {
        None => None,
        Some((name, text)) => Some(match text.trim().to_ascii_lowercase().as_str() {
            "asc" => Direction::Ascending,
            "desc" => Direction::Descending,
            _ => return Err(DialectError::invalid(name, text, "`asc` or `desc`")),
        }),
    };
    Ok((field.filter(|field| !field.is_empty()).map(str::to_owned), order))
}

/// A field's name as the model has it: `original_filename` for the client's `originalFilename`.
pub fn field_name(camel: &str) -> String {
    let mut name = String::with_capacity(camel.len() + 4);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paging(raw: &str) -> Result<Paging, DialectError> {
        Paging::from_query(&Query::parse(Some(raw))?)
    }

    fn sort(field: &str, direction: Direction) -> Sort {
        Sort { field: field.to_owned(), direction }
    }

    #[test]
    fn without_parameters_everything_is_asked_for() {
        assert_eq!(paging(""), Ok(Paging::all()));
        assert_eq!(paging("max=0&offset=0"), Ok(Paging::all()));
    }

    #[test]
    fn the_classic_family() {
        let found = paging("max=10&offset=20&sort=name&order=asc").unwrap();
        assert_eq!((found.offset, found.max), (20, 10));
        assert_eq!(found.sort_or("created", Direction::Descending), sort("name", Direction::Ascending));
    }

    #[test]
    fn the_v2_family() {
        let found = paging("page=2&size=20&sort=created,desc").unwrap();
        assert_eq!((found.offset, found.max), (40, 20));
        assert_eq!(found.sort_or("id", Direction::Ascending), sort("created", Direction::Descending));
        assert_eq!(paging("page=1").unwrap().offset, 20);
        assert_eq!(paging("size=5").unwrap().max, 5);
    }

    #[test]
    fn classic_parameters_win_over_v2_ones() {
        let found = paging("max=7&page=3&size=20").unwrap();
        assert_eq!((found.offset, found.max), (0, 7));
    }

    #[test]
    fn the_list_of_project_users_has_its_own_names() {
        let found = paging("sortColumn=projectRole&sortDirection=DESC").unwrap();
        assert_eq!(
            found.sort_or("username", Direction::Ascending),
            sort("project_role", Direction::Descending)
        );
    }

    #[test]
    fn a_direction_alone_keeps_the_lists_own_field() {
        let found = paging("order=asc").unwrap();
        assert_eq!(found.sort_or("created", Direction::Descending), sort("created", Direction::Ascending));
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        assert!(paging("max=-1").unwrap_err().to_string().contains("`max` has the value `-1`"));
        assert!(paging("sort=name,up").unwrap_err().to_string().contains("`sort` has the value `up`"));
        assert!(paging("order=sideways").unwrap_err().to_string().contains("`order`"));
    }

    proptest! {
        #[test]
        fn pages_cover_a_list_exactly_once(count in 0usize..200, max in 1u64..40) {
            let items: Vec<usize> = (0..count).collect();
            let mut seen = Vec::new();
            let mut offset = 0;
            while seen.len() < count {
                let page = Paging { offset, max, ..Paging::all() }.slice(items.clone());
                prop_assert!(!page.is_empty() && page.len() as u64 <= max);
                seen.extend(page);
                offset += max;
            }
            prop_assert_eq!(seen, items);
        }

        #[test]
        fn huge_numbers_do_not_overflow(page in any::<u64>(), size in any::<u64>()) {
            let found = paging(&format!("page={page}&size={size}")).unwrap();
            prop_assert!(found.slice(vec![1]).len() <= 1);
            prop_assert!(found.page().offset >= 0 && found.page().max >= 0);
        }
    }
}
