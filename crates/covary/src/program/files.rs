//! Reading files whole, and writing them so that nothing is ever half-written.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Mutex,
};

use super::failure::Failure;

/// Temporary files that exist right now, to be removed when the program is interrupted.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The content of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::new(format!("{}: {}", path.display(), reason(&error))))
}

/// The content of a text file in UTF-8, without a byte order mark.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let text = String::from_utf8(read(path)?).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count();
        Failure::new(format!("{}:{line}: the text is not UTF-8; save the file as UTF-8", path.display()))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text))
}

/// Writes all files or none: each beside its place, then all renamed.
///
/// Folders are made as needed.
pub fn write_all(files: &[(PathBuf, Vec<u8>)]) -> Result<(), Failure> {
    let mut written = Vec::new();
    let result = files.iter().try_for_each(|(path, bytes)| {
        written.push((write_beside(path, bytes)?, path));
        Ok(())
    });
    let result = result.and_then(|()| {
        written.iter().try_for_each(|(beside, path)| {
            fs::rename(beside, path).map_err(|error| Failure::new(format!("{}: {}", path.display(), reason(&error))))
        })
    });
    for (beside, _) in &written {
        // After a rename nothing is there any more; after a failure the rest is cleared away.
        let _ = fs::remove_file(beside);
    }
    unfinished().retain(|path| !written.iter().any(|(beside, _)| beside == path));
    result
}

/// Removes what an interruption would leave behind.
pub fn remove_unfinished() {
    for path in unfinished().drain(..) {
        let _ = fs::remove_file(path);
    }
}

fn unfinished() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write_beside(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{}: {}", path.display(), reason(&error)));
    if path.is_dir() {
        return Err(Failure::new(format!("{}: is a folder, a file name is needed", path.display())));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".covary-").tempfile_in(folder).map_err(failed)?;
    unfinished().push(file.path().to_path_buf());
    file.write_all(bytes).and_then(|()| file.flush()).map_err(failed)?;
    set_usual_permissions(file.as_file()).map_err(failed)?;
    let (_, beside) = file.keep().map_err(|error| failed(error.error))?;
    Ok(beside)
}

/// Temporary files are made for their owner alone; a report is an ordinary file.
#[cfg(unix)]
fn set_usual_permissions(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_usual_permissions(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file; check the name and the folder".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        std::io::ErrorKind::IsADirectory => "is a folder, a file is needed".to_string(),
        _ => error.to_string(),
    }
}
