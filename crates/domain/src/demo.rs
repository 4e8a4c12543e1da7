//! Something to look at: a project with a real slide, an ontology and the nuclei on that slide.

use cytomine_model::{ImageInstanceId, OntologyId, Page, ProjectId, TermId};
use cytomine_store as store;

use crate::annotation::{self, NewAnnotation};
use crate::intake::{self, Request};
use crate::ontology::OntologyTree;
use crate::project::{self, ProjectFields};
use crate::term::{self, TermFields};
use crate::{Actor, DomainError, System, ontology};

/// Name of the project.
pub const PROJECT: &str = "Demo";

/// Name of the ontology.
pub const ONTOLOGY: &str = "Demo tissue";

/// Name of the slide.
pub const SLIDE: &str = "CMU-1-Small-Region.svs";

/// Terms with their colours, told apart on pink and violet tissue and by people who see red and green alike, and the
/// word that the list of nuclei has for each.
const TERMS: [(&str, &str, &str); 4] = [
    ("Tumour", "#D55E00", "Tumour"),
    ("Stroma", "#009E73", "Stroma"),
    ("Immune cell", "#0072B2", "Immune"),
    ("Other nucleus", "#E69F00", "Other"),
];

/// The bytes of the demonstration.
#[derive(Clone, Copy, Debug)]
pub struct Demo<'a> {
    /// The slide.
    pub slide: &'a [u8],
    /// The nuclei, one a line: a word, then the outline as first corner and steps, in half pixels of level 0, y up.
    pub nuclei: &'a str,
}

/// Makes what is missing of the demonstration, as the actor's. Tells whether anything was.
///
/// # Errors
/// When the actor may not, or disk or database fail.
pub async fn ensure(system: &System, actor: &Actor, demo: Demo<'_>) -> Result<bool, DomainError> {
    let _turn = system.db.turn().await?;
    let terms = vocabulary(system, actor).await?;
    let project = match store::project::by_name(&system.db, PROJECT).await? {
        Some(project) => project.id,
        None => {
            let fields = ProjectFields {
                name: Some(PROJECT.to_owned()),
                ontology: Some(Some(terms.ontology.id)),
                ..ProjectFields::default()
            };
            project::create(system, actor, fields).await?.entity.id
        }
    };
    if slide_of(system, project).await?.is_some() {
        return Ok(false);
    }
    let request = Request { projects: vec![project], ..Request::default() };
    let intake = intake::authorize(system, actor, request).await?;
    let mut staged = intake::stage(system).await?;
    staged.write(demo.slide).await?;
    intake::register(system, actor, &intake, SLIDE, staged.seal().await?).await?;
    let Some(image) = slide_of(system, project).await? else {
        return Err(DomainError::invalid("The demonstration slide was removed while it was being added"));
    };
    let nuclei = nuclei(demo.nuclei, image, &terms);
    annotation::create_many(system, actor, nuclei).await?;
    Ok(true)
}

async fn slide_of(system: &System, project: ProjectId) -> Result<Option<ImageInstanceId>, DomainError> {
    let filter = crate::image_instance::ImageFilter { project: Some(project), ..Default::default() };
    let scope = cytomine_model::Scope::Everything;
    let (images, _) = store::image_instance::list(&system.db, scope, &filter, None, Page::default()).await?;
    Ok(images.iter().find(|image| image.base.original_filename == SLIDE).map(|image| image.id))
}

async fn vocabulary(system: &System, actor: &Actor) -> Result<OntologyTree, DomainError> {
    let known = ontology::list(system, actor, Page::default()).await?.0;
    let id: OntologyId = match known.into_iter().find(|ontology| ontology.name == ONTOLOGY) {
        Some(ontology) => ontology.id,
        None => ontology::create(system, actor, ONTOLOGY).await?.entity.ontology.id,
    };
    let tree = ontology::get(system, actor, id).await?;
    if !tree.terms.is_empty() {
        return Ok(tree);
    }
    for (name, color, _) in TERMS {
        let fields = TermFields {
            name: Some(name.to_owned()),
            color: Some(color.to_owned()),
            ..TermFields::default()
        };
        term::create(system, actor, id, fields).await?;
    }
    ontology::get(system, actor, id).await
}

/// Reads the list of nuclei; lines that are none are left out.
fn nuclei(text: &str, image: ImageInstanceId, vocabulary: &OntologyTree) -> Vec<NewAnnotation> {
    text.lines()
        .filter_map(|line| {
            let (word, outline) = line.split_once(' ')?;
            Some(NewAnnotation {
                location: Some(polygon(outline)?),
                image: Some(image),
                terms: term_of(word, vocabulary).into_iter().collect(),
                ..NewAnnotation::default()
            })
        })
        .collect()
}

fn term_of(word: &str, vocabulary: &OntologyTree) -> Option<TermId> {
    let (name, _, _) = TERMS.into_iter().find(|(_, _, known)| *known == word)?;
    vocabulary.terms.iter().find(|term| term.name == name).map(|term| term.id)
}

/// A closed ring as WKT, from its first corner and steps in half pixels.
fn polygon(outline: &str) -> Option<String> {
    let numbers: Vec<i64> = outline.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    let (pairs, []) = numbers.as_chunks::<2>() else { return None };
    if pairs.len() < 3 {
        return None;
    }
    let (mut x, mut y) = (0, 0);
    let mut corners: Vec<String> = Vec::with_capacity(pairs.len() + 1);
    for [dx, dy] in pairs {
        (x, y) = (x + dx, y + dy);
        corners.push(format!("{} {}", half(x), half(y)));
    }
    corners.push(corners[0].clone());
    Some(format!("POLYGON (({}))", corners.join(", ")))
}

/// A number of halves, without a fraction where it is whole.
fn half(halves: i64) -> String {
    if halves % 2 == 0 { (halves / 2).to_string() } else { format!("{:.1}", halves as f64 / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::polygon;

    #[test]
    fn steps_become_a_closed_ring() {
        assert_eq!(polygon("33 4 -3 3 2 0").as_deref(), Some("POLYGON ((16.5 2, 15 3.5, 16 3.5, 16.5 2))"));
        assert_eq!(polygon("1 2 3"), None);
        assert_eq!(polygon("1 2 3 4"), None);
        assert_eq!(polygon("a b c d e f"), None);
    }

    #[test]
    fn every_line_of_the_list_is_a_nucleus() {
        let text = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/data/CMU-1-nuclei.txt"
        ));
        let text = text.unwrap();
        assert_eq!(
            text.lines().filter(|line| polygon(line.split_once(' ').unwrap().1).is_some()).count(),
            1936
        );
        assert!(text.lines().all(|line| super::TERMS.iter().any(|(_, _, word)| line.starts_with(word))));
    }
}
