//! Which groups of columns a listing shows (rest-api 4.15.3).

use cytomine_domain::annotation::Wanted;

use super::keys::Shown;

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
    pub(super) fn of(keys: Shown) -> Self {
        let named = Self {
            meta: keys.show_meta.is_on(),
            wkt: keys.show_wkt.is_on(),
            gis: keys.show_gis.is_on(),
            term: keys.show_term.is_on(),
            track: keys.show_track.is_on(),
            image: keys.show_image.is_on(),
            slice: keys.show_slice.is_on(),
            user: keys.show_user.is_on(),
        };
        let none = !keys.show_basic.is_on() && named == Self::default();
        let default = none || keys.show_default.is_on();
        Self {
            meta: (named.meta || default) && !keys.hide_meta.is_on(),
            wkt: named.wkt && !keys.hide_wkt.is_on(),
            gis: named.gis && !keys.hide_gis.is_on(),
            term: (named.term || default) && !keys.hide_term.is_on(),
            track: named.track && !keys.hide_track.is_on(),
            image: named.image && !keys.hide_image.is_on(),
            slice: named.slice && !keys.hide_slice.is_on(),
            user: named.user && !keys.hide_user.is_on(),
        }
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
    use crate::extract::{Keys as _, Values};

    fn show(raw: &str) -> Show {
        Show::of(Shown::read(&Values::of(Some(raw)).unwrap()).unwrap())
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
