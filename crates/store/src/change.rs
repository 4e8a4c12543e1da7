//! Changes: what was done to what, for browsers that are told at once and for readers that catch up.
//!
//! A change is written in the transaction that it tells of, and read by position. On SQLite the position is an id: one
//! writes at a time, so ids ascend in the order of commits. On PostgreSQL a transaction that began early may commit
//! late, so a position is a snapshot: it says of every transaction whether its changes were read. What a reader is given
//! next is what one snapshot does not see and a later one does, however long a transaction stays open meanwhile.

use std::fmt::Write as _;

use cytomine_model::{
    CommandAction, CommandId, EntityKind, Millis, ProjectId, Scope, SliceInstanceId, UserId,
};

use crate::Read as _;
use crate::dialect::Dialect;
use crate::statement::corrupt;
use crate::{Db, Row, Statement, StoreError, Tx, Write as _, sql};

/// Ranges of ids that a change repeats at most; of more, the command tells.
const RANGES: usize = 1_000;

/// Planes that one command gives a change each; more of them share one without a plane.
const PLACES: usize = 64;

/// One kind of thing that a command changed, at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number.
    pub id: i64,
    /// What happened to the entities.
    pub action: CommandAction,
    /// Their kind. What hangs on a deleted entity went with it and is not told.
    pub kind: EntityKind,
    /// The project, for what lies in one.
    pub project: Option<ProjectId>,
    /// The plane, for annotations and their links; none: any of the project's.
    pub slice: Option<SliceInstanceId>,
    /// Whose layers, ascending; none: any.
    pub layers: Option<Vec<UserId>>,
    /// The box that holds them before and after, level 0 pixels, y up: least x and y, greatest x and y.
    pub bounds: Option<[f64; 4]>,
    /// Inclusive ranges of ids; none: those that the command names.
    pub ids: Option<Vec<(i64, i64)>>,
    /// Who did it.
    pub user: UserId,
    /// The command that did, undid or did it again.
    pub command: CommandId,
    /// When.
    pub created: Millis,
}

/// Where annotations of a change lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// The project.
    pub project: ProjectId,
    /// The plane; none where there are many.
    pub slice: Option<SliceInstanceId>,
    /// Whose layers.
    pub layers: Vec<UserId>,
    /// The box around them.
    pub bounds: [f64; 4],
}

impl Spot {
    fn join(&mut self, other: &Self) {
        for user in &other.layers {
            if let Err(place) = self.layers.binary_search(user) {
                self.layers.insert(place, *user);
            }
        }
        let ([a, b, c, d], [e, f, g, h]) = (self.bounds, other.bounds);
        self.bounds = [a.min(e), b.min(f), c.max(g), d.max(h)];
    }
}

/// Joins spots on the same plane; more than [`PLACES`] become one per project.
pub fn joined(spots: Vec<Spot>) -> Vec<Spot> {
    let mut all: Vec<Spot> = Vec::new();
    for spot in spots {
        match all.iter_mut().find(|known| (known.project, known.slice) == (spot.project, spot.slice)) {
            Some(known) => known.join(&spot),
            None => all.push(spot),
        }
    }
    if all.len() > PLACES && all.iter().any(|spot| spot.slice.is_some()) {
        let anywhere: Vec<Spot> = all.into_iter().map(|spot| Spot { slice: None, ..spot }).collect();
        return joined(anywhere);
    }
    all
}

/// Where annotations (or the annotations of term links) with these ids lie, deleted or not.
pub async fn spots(
    mut ex: impl crate::Read,
    kind: EntityKind,
    ranges: &[(i64, i64)],
) -> Result<Vec<Spot>, StoreError> {
    let rows = match kind {
        EntityKind::Annotation => "annotation a",
        EntityKind::AnnotationTerm => "annotation_term t JOIN annotation a ON a.id = t.annotation_id",
        _ => return Ok(Vec::new()),
    };
    let table = if kind == EntityKind::Annotation { "a" } else { "t" };
    let mut spots = Vec::new();
    for (first, last) in ranges {
        let statement = sql(format!(
            "SELECT a.project_id, a.slice_id, a.user_id, min(a.min_x) AS x0, min(a.min_y) AS y0, \
             max(a.max_x) AS x1, max(a.max_y) AS y1 FROM {rows} WHERE {table}.id BETWEEN $1 AND $2 \
             GROUP BY a.project_id, a.slice_id, a.user_id"
        ));
        for row in ex.rows(statement.bind(*first).bind(*last)).await? {
            spots.push(Spot {
                project: row.id("project_id")?,
                slice: Some(row.id("slice_id")?),
                layers: vec![row.id("user_id")?],
                bounds: [row.get("x0")?, row.get("y0")?, row.get("x1")?, row.get("y1")?],
            });
        }
    }
    Ok(joined(spots))
}

/// The projects that things with these ids are or lie in, deleted or not; none for kinds that lie in no project.
pub async fn projects(
    mut ex: impl crate::Read,
    kind: EntityKind,
    ranges: &[(i64, i64)],
) -> Result<Vec<ProjectId>, StoreError> {
    let column = match kind {
        EntityKind::Project => "id",
        EntityKind::ImageInstance | EntityKind::SliceInstance => "project_id",
        _ => return Ok(Vec::new()),
    };
    let mut projects = Vec::new();
    for (first, last) in ranges {
        let table = kind.as_str();
        let text = format!("SELECT DISTINCT {column} AS id FROM {table} WHERE id BETWEEN $1 AND $2");
        for row in ex.rows(sql(text).bind(*first).bind(*last)).await? {
            let project = row.id("id")?;
            if !projects.contains(&project) {
                projects.push(project);
            }
        }
    }
    Ok(projects)
}

/// Writes a change.
pub async fn insert(tx: &mut Tx, change: &Change) -> Result<(), StoreError> {
    let written_in = match tx.dialect() {
        Dialect::Lite => "0",
        Dialect::Pg => "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)",
    };
    let layers = change.layers.as_ref().map(|layers| {
        let ids: Vec<i64> = layers.iter().map(|user| user.0).collect();
        format!("{ids:?}")
    });
    let ids = change.ids.as_ref().filter(|ids| ids.len() <= RANGES).map(|ids| {
        let mut text = String::from("[");
        for (first, last) in ids {
            // Writing to a text cannot fail.
            let _ = write!(text, "{}[{first},{last}]", if text.len() > 1 { "," } else { "" });
        }
        text + "]"
    });
    let edge = |place: usize| change.bounds.map(|bounds| bounds[place]);
    let statement = sql(format!(
        "INSERT INTO change (id, kind, action, project_id, slice_id, layers, min_x, min_y, max_x, max_y, ids, \
         user_id, command_id, created, written_in) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, {written_in})"
    ))
    .bind(change.id)
    .bind(change.kind.as_str())
    .bind(change.action.as_str())
    .bind(change.project)
    .bind(change.slice)
    .bind(layers)
    .bind(edge(0))
    .bind(edge(1))
    .bind(edge(2))
    .bind(edge(3))
    .bind(ids)
    .bind(change.user)
    .bind(change.command)
    .bind(change.created);
    tx.execute(statement).await.map(|_| ())
}

fn change(row: &Row) -> Result<Change, StoreError> {
    let json = |column: &str| row.get::<Option<String>>(column);
    let layers = json("layers")?.map(|text| {
        let ids: Vec<i64> = serde_json::from_str(&text).map_err(|_| corrupt("change.layers", text))?;
        Ok::<_, StoreError>(ids.into_iter().map(UserId).collect())
    });
    let ids = json("ids")?.map(|text| serde_json::from_str(&text).map_err(|_| corrupt("change.ids", text)));
    let edges: (Option<f64>, Option<f64>, Option<f64>, Option<f64>) =
        (row.get("min_x")?, row.get("min_y")?, row.get("max_x")?, row.get("max_y")?);
    Ok(Change {
        id: row.get("id")?,
        action: row.parsed("action", CommandAction::parse)?,
        kind: row.parsed("kind", EntityKind::parse)?,
        project: row.opt_id("project_id")?,
        slice: row.opt_id("slice_id")?,
        layers: layers.transpose()?,
        bounds: if let (Some(a), Some(b), Some(c), Some(d)) = edges { Some([a, b, c, d]) } else { None },
        ids: ids.transpose()?,
        user: row.id("user_id")?,
        command: row.id("command_id")?,
        created: row.time("created")?,
    })
}

/// How far somebody has read. Opaque: only [`Position::to_string`] and [`Position::parse`] are for outsiders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Another one after each restore of a backup.
    incarnation: i64,
    /// What was read whole: an id on SQLite, a snapshot on PostgreSQL.
    read: String,
    /// What is being read now, and the last id of it that was given; none between two readings.
    reading: Option<(String, i64)>,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}~{}", self.incarnation, self.read)?;
        match &self.reading {
            Some((until, after)) => write!(f, "~{until}~{after}"),
            None => Ok(()),
        }
    }
}

impl Position {
    /// From its text; none when it is no such text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('~');
        let incarnation = parts.next()?.parse().ok()?;
        let mark = |text: &str| is_mark(text).then(|| text.to_owned());
        let read = mark(parts.next()?)?;
        let reading = match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => None,
            (Some(until), Some(after), None) => Some((mark(until)?, after.parse().ok()?)),
            _ => return None,
        };
        Some(Self { incarnation, read, reading })
    }
}

/// Whether a text is an id or a snapshot (`xmin:xmax:xip,xip`) in form.
fn is_mark(text: &str) -> bool {
    let number = |text: &str| text.parse::<u64>().is_ok_and(|number| i64::try_from(number).is_ok());
    match text.split(':').collect::<Vec<_>>()[..] {
        [id] => number(id),
        [xmin, xmax, ""] => number(xmin) && number(xmax),
        [xmin, xmax, xip] => number(xmin) && number(xmax) && xip.split(',').all(number),
        _ => false,
    }
}

/// What a reader is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// Changes, and where to go on. Fewer than the limit: that was all there is by now.
    Changes(Vec<Change>, Position),
    /// The changes after that position are no longer all there (they are too old, or a backup was restored): read the
    /// things themselves again, and go on from this position.
    Lost(Position),
}

/// Changes in scope since a position, in the order in which each thing changed: at most `limit`. Without a position
/// none, only where to begin.
pub async fn since(
    db: &Db,
    scope: Scope,
    project: Option<ProjectId>,
    position: Option<&Position>,
    limit: i64,
) -> Result<Read, StoreError> {
    let mut ex = db;
    let now = match ex.dialect() {
        Dialect::Lite => "(SELECT CAST(coalesce(max(id), 0) AS TEXT) FROM change)",
        Dialect::Pg => "CAST(pg_current_snapshot() AS TEXT)",
    };
    // The mark is taken before the rows are read, so they hold all that it covers.
    let log = sql(format!("SELECT incarnation, removed, {now} AS mark FROM change_log"));
    let log = ex.first(log).await?.ok_or_else(|| corrupt("change_log", "no row"))?;
    let (incarnation, removed): (i64, i64) = (log.get("incarnation")?, log.get("removed")?);
    let here = Position { incarnation, read: log.get("mark")?, reading: None };
    let Some(position) = position else { return Ok(Read::Changes(Vec::new(), here)) };
    let oldest = position.read.split(':').next().and_then(|first| first.parse().ok());
    // A snapshot sees all transactions below its first number; an id covers itself too.
    let covered = match (ex.dialect(), oldest) {
        (Dialect::Lite, Some(id)) => removed <= id,
        (Dialect::Pg, Some(xmin)) => removed < xmin,
        (_, None) => false,
    };
    if position.incarnation != incarnation
        || !covered
        || position.read.contains(':') != here.read.contains(':')
    {
        return Ok(Read::Lost(here));
    }
    let (until, after) = position.reading.clone().unwrap_or((here.read, 0));
    let mut statement = between(ex.dialect(), &position.read, &until);
    statement.push(" AND c.id > ").push_value(after);
    if let Some(project) = project {
        statement.push(" AND c.project_id = ").push_value(project);
    }
    if let Scope::User(user) = scope {
        statement.push(" AND (c.project_id IN (SELECT m.project_id FROM project_member m WHERE m.user_id = ");
        statement
            .push_value(user)
            .push(") OR c.project_id IS NULL AND c.user_id = ")
            .push_value(user)
            .push(")");
    }
    statement.push(" ORDER BY c.id LIMIT ").push_value(limit);
    let changes: Vec<Change> = ex.rows(statement).await?.iter().map(change).collect::<Result<_, _>>()?;
    let full = i64::try_from(changes.len()).is_ok_and(|count| count >= limit);
    let next = match changes.last() {
        Some(last) if full => {
            Position { incarnation, read: position.read.clone(), reading: Some((until, last.id)) }
        }
        _ => Position { incarnation, read: until, reading: None },
    };
    Ok(Read::Changes(changes, next))
}

/// The changes that one mark does not cover and a later one does.
fn between(dialect: Dialect, read: &str, until: &str) -> Statement {
    let mut statement =
        sql("SELECT c.id, c.kind, c.action, c.project_id, c.slice_id, c.layers, c.min_x, c.min_y, \
         c.max_x, c.max_y, c.ids, c.user_id, c.command_id, c.created FROM change c WHERE ");
    match dialect {
        Dialect::Lite => {
            // Marks of SQLite were numbers when they were parsed or made.
            let id = |mark: &str| mark.parse::<i64>().unwrap_or(0);
            statement.push("c.written_in = 0 AND c.id > ").push_value(id(read));
            statement.push(" AND c.id <= ").push_value(id(until));
        }
        Dialect::Pg => {
            let seen = "pg_visible_in_snapshot(CAST(CAST(c.written_in AS TEXT) AS xid8), CAST(";
            statement.push("c.written_in >= CAST(CAST(pg_snapshot_xmin(CAST(").push_value(read);
            statement.push(" AS pg_snapshot)) AS TEXT) AS BIGINT) AND NOT ").push(seen).push_value(read);
            statement.push(" AS pg_snapshot)) AND ").push(seen).push_value(until).push(" AS pg_snapshot))");
        }
    }
    statement
}

/// Removes at most `limit` changes that are older than that moment, and notes that positions before them are lost.
/// Tells how many.
pub async fn remove_old(tx: &mut Tx, before: Millis, limit: i64) -> Result<u64, StoreError> {
    let old = sql("SELECT id, written_in FROM change WHERE created < $1 ORDER BY created, id LIMIT $2")
        .bind(before)
        .bind(limit);
    let (mut ids, mut highest) = (Vec::new(), 0_i64);
    for row in tx.rows(old).await? {
        let (id, written_in): (i64, i64) = (row.get("id")?, row.get("written_in")?);
        highest = highest.max(if written_in == 0 { id } else { written_in });
        ids.push(id);
    }
    if ids.is_empty() {
        return Ok(0);
    }
    let note = sql("UPDATE change_log SET removed = $1 WHERE removed < $1").bind(highest);
    tx.execute(note).await?;
    tx.execute(sql("DELETE FROM change WHERE id = ANY($1)").bind(ids)).await
}

/// Forgets all changes and makes every position that was given worthless: after a restore they tell of another history,
/// and PostgreSQL counts transactions anew.
pub async fn forget(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute(sql("DELETE FROM change")).await?;
    let incarnation = tx.next_id().await?;
    tx.execute(sql("UPDATE change_log SET incarnation = $1, removed = 0").bind(incarnation)).await.map(|_| ())
}
