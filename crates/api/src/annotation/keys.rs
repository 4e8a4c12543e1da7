//! The keys of searches (rest-api 4.15.3).

use crate::dialect::paging::Paging;

crate::keys! {
    /// What is searched for. Reviewed annotations, tracks, tags and groups do not exist here (yet): what asks for one finds
    /// nothing, what asks for none of them finds all.
    pub(super) struct Searched {
        /// In this project
        project: OneId = 1,
        /// In this image
        image: OneId,
        /// In these images
        images: Ids,
        /// On this plane
        slice: OneId,
        /// On these planes
        slices: Ids,
        /// Of this user
        user: OneId,
        /// Of these users
        users: Ids,
        /// With this term
        term: OneId,
        /// With one of these terms
        terms: Ids,
        /// Without a term; with `terms`, also with one of them
        no_term: Flag,
        /// With several terms
        multiple_term: Flag,
        /// With a term that one of these users has set
        users_for_term: Ids,
        /// Not this one
        excluded_annotation: OneId,
        /// Made after this moment
        after_than: Date,
        /// Made before this moment
        before_than: Date,
        /// Touching this box `minx,miny,maxx,maxy`, or this shape as WKT
        bbox: Long = "0,0,2000,2000",
        /// Touching this annotation
        bbox_annotation: OneId,
        /// Near this annotation, or this shape as WKT
        base_annotation: Long,
        /// How near, in pixels
        max_distance_base_annotation: Distance,
        /// Only reviewed ones: none
        reviewed: Flag,
        /// Of this track: none
        track: OneId,
        /// Of these tracks: none
        tracks: Ids,
        /// Also those of no track
        no_track: Flag,
        /// Of several tracks: none
        multiple_track: Flag,
        /// With this tag: none
        tag: OneId,
        /// With these tags: none
        tags: Ids,
        /// Also those without a tag
        no_tag: Flag,
        /// Of this group: none
        annotation_group: OneId,
        /// Of these groups: none
        annotation_groups: Ids,
    }
}

crate::keys! {
    /// What of an image touches a shape.
    pub(super) struct Touching {
        /// Touching this shape, as WKT
        geometry: Long,
        /// Touching this annotation
        annotation: Id,
        /// Of this user
        user: Id,
        /// With one of these terms
        terms: Ids,
    }
}

crate::keys! {
    /// Which groups of columns a row has.
    pub(super) struct Shown {
        /// Only `id` and `class`, unless others are named
        show_basic: Flag,
        /// What is shown where nothing is named: meta and term
        show_default: Flag,
        /// Dates, places, addresses
        show_meta: Flag,
        /// The shape
        #[serde(rename = "showWKT")]
        show_wkt: Flag = true,
        /// Measures
        #[serde(rename = "showGIS")]
        show_gis: Flag,
        /// Terms, and who set them
        show_term: Flag,
        /// Tracks: none
        show_track: Flag,
        /// Names of the image
        show_image: Flag,
        /// Channel, z plane, time
        show_slice: Flag,
        /// Who drew it
        show_user: Flag,
        /// Without dates, places, addresses
        hide_meta: Flag,
        /// Without the shape
        #[serde(rename = "hideWKT")]
        hide_wkt: Flag,
        /// Without measures
        #[serde(rename = "hideGIS")]
        hide_gis: Flag,
        /// Without terms
        hide_term: Flag,
        /// Without tracks
        hide_track: Flag,
        /// Without names of the image
        hide_image: Flag,
        /// Without channel, z plane, time
        hide_slice: Flag,
        /// Without who drew it
        hide_user: Flag,
    }
}

/// Everything that a search reads.
pub(super) type SearchKeys = (Searched, Shown, Paging);

/// Everything that a search for what touches a shape reads.
pub(super) type TouchingKeys = (Touching, Shown, Paging);
