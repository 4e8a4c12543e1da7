//! Filters of a request as the domain's lists take them.

use cytomine_domain::condition::{Condition, Test};

use crate::dialect::dates::parse_date;
use crate::dialect::filters::{Filter, Operator};
use crate::dialect::paging::field_name;

/// The fields that a list can be filtered by.
pub trait Fields {
    /// Their names.
    const FIELDS: &'static [&'static str];
}

/// The conditions of a request. Bounds that are neither numbers nor dates are ignored, as unknown fields are.
pub fn conditions(filters: &[Filter]) -> Vec<Condition> {
    filters.iter().filter_map(condition).collect()
}

fn condition(filter: &Filter) -> Option<Condition> {
    let test = match filter.op {
        Operator::Like | Operator::ILike => Test::Contains(filter.fragments().map(str::to_owned).collect()),
        Operator::Equals => Test::Equals(filter.value.clone()),
        Operator::NotEquals => Test::Differs(filter.value.clone()),
        Operator::AtMost => Test::AtMost(bound(filter)?),
        Operator::AtLeast => Test::AtLeast(bound(filter)?),
        Operator::In => Test::AnyOf(filter.elements().map(|item| item.map(str::to_owned)).collect()),
    };
    Some(Condition { field: field_name(&filter.field), test })
}

fn bound(filter: &Filter) -> Option<f64> {
    if let Ok(number) = filter.value.trim().parse::<f64>() {
        return Some(number).filter(|number| number.is_finite());
    }
    // Milliseconds stay below 2^53, where every whole number has its float.
    parse_date(&filter.field, &filter.value).ok().map(|ms| ms as f64)
}

#[cfg(test)]
mod tests {
    use cytomine_domain::condition::Test;

    use super::conditions;
    use crate::dialect::filters::filters;
    use crate::dialect::query::Query;

    #[test]
    fn filters_become_conditions() {
        let query =
            Query::parse(Some("name[ilike]=a*b&width[gte]=10&magnification[in]=20,null&height[lte]=x"))
                .unwrap();
        let found: Vec<(String, Test)> = conditions(&filters(&query))
            .into_iter()
            .map(|condition| (condition.field, condition.test))
            .collect();
        assert_eq!(
            found,
            [
                ("name".to_owned(), Test::Contains(vec!["a".to_owned(), "b".to_owned()])),
                ("width".to_owned(), Test::AtLeast(10.0)),
                ("magnification".to_owned(), Test::AnyOf(vec![Some("20".to_owned()), None])),
            ]
        );
    }
}
