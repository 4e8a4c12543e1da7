//! Import from the command line: files and folders of this machine go the way that uploads go, in the name of a
//! user, with conversions done on the spot. Works beside a running server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cytomine_model::{ErrorKind, Project, ProjectId};
use cytomine_store as store;

use crate::conversion::Work;
use crate::intake::{self, Received, Request};
use crate::job::{Ended, Job as _, Lease, Watcher};
use crate::project::{self, ProjectFields};
use crate::{Actor, DomainError, System, job};

/// Told what happens, for a terminal.
pub trait Progress: Send + Sync {
    /// So many files were found.
    fn found(&self, files: usize, bytes: u64) {
        let _ = (files, bytes);
    }

    /// A file begins.
    fn file(&self, path: &Path, bytes: u64) {
        let _ = (path, bytes);
    }

    /// So many further bytes were copied.
    fn copied(&self, bytes: u64) {
        let _ = bytes;
    }

    /// A conversion has done so many of so many rows of pixels.
    fn converted(&self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// A file ended.
    fn ended(&self, path: &Path, fate: &Fate) {
        let _ = (path, fate);
    }
}

/// Nobody watches.
impl Progress for () {}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is an image of the project now.
    Imported,
    /// The project has it already, as this says.
    Present(String),
    /// It was left out, for this reason.
    Skipped(String),
}

/// What an import did.
#[derive(Clone, Debug)]
pub struct Report {
    /// The project.
    pub project: Project,
    /// Each file, in the order it was taken.
    pub files: Vec<(PathBuf, Fate)>,
}

impl Report {
    /// Files that became images.
    pub fn imported(&self) -> usize {
        self.files.iter().filter(|(_, fate)| *fate == Fate::Imported).count()
    }
}

/// What to import, and where to.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// Files, and folders that are walked through. Hidden entries of folders are left out.
    pub paths: Vec<PathBuf>,
    /// Name of the project; made where there is none.
    pub project: String,
    /// The storage; the user's own where absent.
    pub storage: Option<cytomine_model::StorageId>,
}

/// Imports files. What is no slide is left out and reported.
///
/// # Errors
/// When a path does not exist, the actor may not add images to the project, or disk or database fail.
pub async fn files(
    system: &System,
    actor: &Actor,
    import: Import,
    progress: Arc<dyn Progress>,
) -> Result<Report, DomainError> {
    let paths = import.paths;
    let found = tokio::task::spawn_blocking(move || walk(paths)).await.unwrap_or_else(|cause| {
        Err(DomainError::new(ErrorKind::Internal, format!("Looking for files failed: {cause}")))
    })?;
    progress.found(found.len(), found.iter().map(|(_, size)| size).sum());
    let project = project_named(system, actor, &import.project).await?;
    let mut report = Report { project, files: Vec::with_capacity(found.len()) };
    for (path, size) in found {
        progress.file(&path, size);
        let request = Request {
            storage: import.storage,
            projects: vec![report.project.id],
            size: Some(size),
            ..Request::default()
        };
        let fate = match one(system, actor, request, &path, &progress).await {
            Ok(fate) => fate,
            Err(cause) if cause.kind == ErrorKind::Invalid => Fate::Skipped(cause.message),
            Err(cause) => return Err(cause),
        };
        progress.ended(&path, &fate);
        report.files.push((path, fate));
    }
    Ok(report)
}

async fn project_named(system: &System, actor: &Actor, name: &str) -> Result<Project, DomainError> {
    let name = name.trim();
    if let Some(project) = store::project::by_name(&system.db, name).await? {
        return project::get(system, actor, project.id).await;
    }
    let fields = ProjectFields { name: Some(name.to_owned()), ..ProjectFields::default() };
    Ok(project::create(system, actor, fields).await?.entity)
}

async fn one(
    system: &System,
    actor: &Actor,
    request: Request,
    path: &Path,
    progress: &Arc<dyn Progress>,
) -> Result<Fate, DomainError> {
    let projects = request.projects.clone();
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    if let Some(reason) = present(system, &projects, &name, path).await? {
        return Ok(Fate::Present(reason));
    }
    let received = copy_in(system, actor, request, path, &name, progress).await?;
    let Some(id) = received.job else { return Ok(Fate::Imported) };
    convert_now(system, &received, id, progress).await
}

/// Why a file need not be imported again: the project holds an image of that name and size.
async fn present(
    system: &System,
    projects: &[ProjectId],
    name: &str,
    path: &Path,
) -> Result<Option<String>, DomainError> {
    let size = std::fs::metadata(path).map_or(0, |facts| i64::try_from(facts.len()).unwrap_or(i64::MAX));
    for project in projects {
        if store::uploaded_file::in_project(&system.db, *project, name, size).await? {
            return Ok(Some(format!("{name}: the project holds an image of this name and size already")));
        }
    }
    Ok(None)
}

async fn copy_in(
    system: &System,
    actor: &Actor,
    request: Request,
    path: &Path,
    name: &str,
    progress: &Arc<dyn Progress>,
) -> Result<Received, DomainError> {
    use tokio::io::AsyncReadExt as _;

    let unreadable = |cause: std::io::Error| {
        DomainError::invalid(format!("{name}: cannot be read: {cause}; check its permissions"))
    };
    let intake = intake::authorize(system, actor, request).await?;
    let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let mut staged = intake::stage(system).await?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).await.map_err(unreadable)?;
        if read == 0 {
            break;
        }
        staged.write(&buffer[..read]).await?;
        progress.copied(read as u64);
    }
    intake::register(system, actor, &intake, name, staged.seal().await?).await
}

/// Runs a conversion here, unless a server that runs beside takes it first; then waits for that.
async fn convert_now(
    system: &System,
    received: &Received,
    id: cytomine_model::JobId,
    progress: &Arc<dyn Progress>,
) -> Result<Fate, DomainError> {
    let ended_here = match Lease::take_this(system, id).await? {
        Some(lease) => convert(system, lease, progress).await?,
        None => false,
    };
    if !ended_here {
        job::wait(system, id).await?;
    }
    let file = crate::access::unasked::<cytomine_model::UploadedFile>(
        &system.db,
        received.file.id,
        crate::access::Unasked::System,
    )
    .await?;
    Ok(match file.and_then(|file| file.error) {
        Some(cause) => Fate::Skipped(cause),
        None => Fate::Imported,
    })
}

/// Makes the one attempt that somebody at a terminal waits for; false when another has taken the job over.
async fn convert(system: &System, lease: Lease, progress: &Arc<dyn Progress>) -> Result<bool, DomainError> {
    let watcher = Arc::clone(progress);
    let watcher: Watcher = Arc::new(move |done, total| watcher.converted(done, total));
    let ended = match lease.attempt::<Work>(system, std::future::pending(), Some(watcher)).await {
        Ok(ended) => ended,
        Err(_) if !lease.renew(system).await? => return Ok(false),
        Err(cause) => {
            job::arguments::<Work>(&lease.job)?.give_up(system, &cause.message).await?;
            Ended::Failed(cause.message)
        }
    };
    lease.end(system, &ended).await
}

/// The files under these paths with their sizes, folders in order of names.
fn walk(paths: Vec<PathBuf>) -> Result<Vec<(PathBuf, u64)>, DomainError> {
    let mut found = Vec::new();
    for path in paths {
        visit(&path, &mut found)
            .map_err(|cause| DomainError::invalid(format!("{}: {cause}; check the path", path.display())))?;
    }
    Ok(found)
}

fn visit(path: &Path, found: &mut Vec<(PathBuf, u64)>) -> std::io::Result<()> {
    let facts = std::fs::metadata(path)?;
    if facts.is_file() {
        found.push((path.to_owned(), facts.len()));
    } else if facts.is_dir() {
        let mut entries: Vec<std::fs::DirEntry> = std::fs::read_dir(path)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            // A link to a folder could lead around in circles.
            let loops = entry.file_type()?.is_symlink() && entry.path().is_dir();
            if !hidden && !loops {
                visit(&entry.path(), found)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::walk;

    #[test]
    fn folders_are_walked_in_order_without_hidden_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.svs", "a/2.png", "a/1.png", ".hidden", ".git/x"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
        let found = walk(vec![folder.path().to_owned()]).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|(path, _)| path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["a/1.png", "a/2.png", "b.svs"]);
        assert!(walk(vec![folder.path().join("none")]).is_err());
    }
}
