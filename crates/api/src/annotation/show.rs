//! Which groups of columns a listing shows (rest-api 4.15.3).

use cytomine_domain::annotation::Wanted;

use crate::dialect::DialectError;
use crate::dialect::query::Query;

/// Groups of columns; `id` and `class` are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Show {
    /// Dates, places, addresses.
    pub meta: bool,
    /// WKT.
    pub wkt: bool,
    /// Measures.
    pub gis: bool,
    /// Terms and who set them.
    pub term: bool,
    /// Tracks, of which there are none.
    pub track: bool,
    /// Names of the image.
    pub image: bool,
    /// Channel, z plane, time.
    pub slice: bool,
    /// Who drew it.
    pub user: bool,
}

impl Show {
    /// `showX=true` adds a group, `hideX=true` takes it away; without any, or with `showDefault=true`, there are
    /// basic, meta and term.
    ///
    /// # Errors
    /// When a flag is no boolean.
    pub(super) fn from_query(query: &Query) -> Result<Self, DialectError> {
        let mut show = Self::default();
        let mut named = query.flag("showBasic")?;
        for (group, shown) in show.groups() {
            *shown = query.flag(&format!("show{group}"))?;
            named |= *shown;
        }
        if !named || query.flag("showDefault")? {
            (show.meta, show.term) = (true, true);
        }
        for (group, shown) in show.groups() {
            *shown &= !query.flag(&format!("hide{group}"))?;
        }
        Ok(show)
    }

    fn groups(&mut self) -> [(&'static str, &mut bool); 8] {
        [
            ("Meta", &mut self.meta),
            ("WKT", &mut self.wkt),
            ("GIS", &mut self.gis),
            ("Term", &mut self.term),
            ("Track", &mut self.track),
            ("Image", &mut self.image),
            ("Slice", &mut self.slice),
            ("User", &mut self.user),
        ]
    }

    /// What the domain has to read for it.
    pub(super) fn wanted(self) -> Wanted {
        Wanted {
            location: self.wkt,
            measures: self.gis,
            terms: self.term,
            image: self.image,
            plane: self.slice,
            person: self.user,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(raw: &str) -> Show {
        Show::from_query(&Query::parse(Some(raw)).unwrap()).unwrap()
    }

    #[test]
    fn no_flag_means_the_default() {
        let default = Show { meta: true, term: true, ..Show::default() };
        assert_eq!(show("image=5"), default);
        assert_eq!(show("showDefault=true&showWKT=False"), default);
        assert_eq!(show("showDefault=true&showWKT=true"), Show { wkt: true, ..default });
    }

    #[test]
    fn named_groups_replace_it() {
        assert_eq!(show("showBasic=True&showMeta=True"), Show { meta: true, ..Show::default() });
        assert_eq!(show("showBasic=true"), Show::default());
        assert_eq!(show("showWKT=true&hideWKT=true&showGIS=true"), Show { gis: true, ..Show::default() });
        assert_eq!(show("hideTerm=true"), Show { meta: true, ..Show::default() });
    }
}
