//! Filters in a query: `field[operator]=value`.
//!
//! The brackets and the value may have been percent-encoded once or twice: Cytomine decodes a second time after
//! the query, and its UI relies on it. A percent sign that starts no code stays as it is, and `+` means a plus in
//! the second decoding, so that a search for `100%` or `a+b` by a client that encodes once still works.

use percent_encoding::percent_decode_str;

use super::query::Query;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Equals,
    /// Not equal.
    NotEquals,
    /// Contains, case-sensitive.
    Like,
    /// Contains, whatever the case.
    ILike,
    /// At most.
    AtMost,
    /// At least.
    AtLeast,
    /// One of a comma-separated list.
    In,
}

impl Operator {
    fn from_wire(name: &str) -> Option<Self> {
        Some(match name {
            "equals" => Self::Equals,
            "nequals" => Self::NotEquals,
            "like" => Self::Like,
            "ilike" => Self::ILike,
            "lte" => Self::AtMost,
            "gte" => Self::AtLeast,
            "in" => Self::In,
            _ => return None,
        })
    }
}

/// One condition; all conditions of a request hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Field in the client's spelling; a list ignores fields it does not know.
    pub field: String,
    /// Comparison.
    pub op: Operator,
    /// Value as text, fully decoded.
    pub value: String,
}

impl Filter {
    /// The elements of a list ([`Operator::In`]); `None` stands for the literal `null`, "or has no value".
    pub fn elements(&self) -> impl Iterator<Item = Option<&str>> {
        self.value
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| (part != "null").then_some(part))
    }

    /// The parts between the `*` of a pattern ([`Operator::Like`], [`Operator::ILike`]); they must occur in this
    /// order, anything may stand before, between and after.
    pub fn fragments(&self) -> impl Iterator<Item = &str> {
        self.value.split('*').filter(|part| !part.is_empty())
    }
}

/// The filters of a request. Other parameters, and operators outside Cytomine's list, are ignored as it does.
pub fn filters(query: &Query) -> Vec<Filter> {
    query
        .pairs()
        .filter_map(|(name, value)| {
            let name = decode_again(name);
            let (field, rest) = name.split_once('[')?;
            let op = Operator::from_wire(rest.strip_suffix(']')?)?;
            if field.is_empty() {
                return None;
            }
            Some(Filter { field: field.to_owned(), op, value: decode_again(value) })
        })
        .collect()
}

/// The second decoding; what would be no text afterwards is kept as it was.
fn decode_again(text: &str) -> String {
    match percent_decode_str(text).decode_utf8() {
        // No database can hold U+0000.
        Ok(decoded) if !decoded.contains('\0') => decoded.into_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    fn read(raw: &str) -> Vec<Filter> {
        filters(&Query::parse(Some(raw)).unwrap())
    }

    fn filter(field: &str, op: Operator, value: &str) -> Filter {
        Filter { field: field.to_owned(), op, value: value.to_owned() }
    }

    #[test]
    fn brackets_may_be_plain_encoded_or_encoded_twice() {
        let expected = vec![filter("name", Operator::ILike, "foie gras")];
        assert_eq!(read("name[ilike]=foie%20gras"), expected);
        assert_eq!(read("name%5Bilike%5D=foie+gras"), expected);
        assert_eq!(read("name%255Bilike%255D=foie%2520gras"), expected);
    }

    #[test]
    fn a_lone_percent_sign_survives() {
        assert_eq!(read("name[like]=100%25"), vec![filter("name", Operator::Like, "100%")]);
        assert_eq!(read("name[like]=100%"), vec![filter("name", Operator::Like, "100%")]);
        assert_eq!(read("name[like]=%25zz%25"), vec![filter("name", Operator::Like, "%zz%")]);
        assert_eq!(read("name[like]=a%25FFb"), vec![filter("name", Operator::Like, "a%FFb")]);
    }

    #[test]
    fn a_plus_encoded_once_or_twice_is_a_plus() {
        assert_eq!(read("name[like]=a%2Bb"), vec![filter("name", Operator::Like, "a+b")]);
        assert_eq!(read("name[like]=a%252Bb"), vec![filter("name", Operator::Like, "a+b")]);
    }

    #[test]
    fn every_operator_is_known_and_others_are_ignored() {
        let found =
            read("a[equals]=1&b[nequals]=2&c[like]=3&d[ilike]=4&e[lte]=5&f[gte]=6&g[in]=7&h[regex]=8&max=2");
        let ops: Vec<_> = found.iter().map(|filter| filter.op).collect();
        use Operator::*;
        assert_eq!(ops, [Equals, NotEquals, Like, ILike, AtMost, AtLeast, In]);
    }

    #[test]
    fn null_in_a_list_means_no_value() {
        let found = read("tag[in]=12,null,%2013,");
        assert_eq!(found[0].elements().collect::<Vec<_>>(), [Some("12"), None, Some("13")]);
    }

    #[test]
    fn stars_split_a_pattern() {
        let found = read("name[ilike]=*cmu*small*");
        assert_eq!(found[0].fragments().collect::<Vec<_>>(), ["cmu", "small"]);
    }

    #[test]
    fn a_filter_given_twice_is_refused_by_the_query() {
        assert!(Query::parse(Some("name[like]=a&name%5Blike%5D=b")).is_err());
    }

    proptest! {
        #[test]
        fn any_value_encoded_twice_reads_back(value in "[^\x00]{1,30}") {
            let once = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
            let twice = utf8_percent_encode(&once, NON_ALPHANUMERIC).to_string();
            prop_assert_eq!(read(&format!("name[equals]={twice}")), vec![filter("name", Operator::Equals, &value)]);
        }

        #[test]
        fn no_query_panics(raw in ".{0,80}") {
            if let Ok(query) = Query::parse(Some(&raw)) {
                let _ = filters(&query);
            }
        }
    }
}
