//! What is the matter with a file that cannot be opened.

use std::fs::File;
use std::io::{ErrorKind, Read};

use ffmpeg_the_third::Error;

use crate::error::VideoError;

/// libav's words for an MP4 whose index is missing.
const NO_INDEX: &str = "moov atom not found";

/// Finds what libav would only call invalid data.
pub(super) fn check_file(path: &str) -> Result<(), VideoError> {
    let metadata = std::fs::metadata(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => VideoError::NotFound {
            path: path.to_owned(),
        },
        _ => VideoError::Io {
            path: path.to_owned(),
            source,
        },
    })?;
    if metadata.is_dir() {
        return Err(VideoError::IsDirectory {
            path: path.to_owned(),
        });
    }
    if metadata.is_file() && metadata.len() == 0 {
        return Err(VideoError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(())
}

/// Says why a container could not be opened; `lines` are libav's.
pub(super) fn open_error(path: &str, error: Error, lines: &[String]) -> VideoError {
    let said = |words| lines.iter().any(|line: &String| line.contains(words));
    match error {
        Error::Exit => VideoError::Interrupted,
        _ if said("not on whitelist") => VideoError::NotAVideo {
            path: path.to_owned(),
            reason: "another kind of file".to_owned(),
        },
        Error::Other { errno } => VideoError::Io {
            path: path.to_owned(),
            source: std::io::Error::from_raw_os_error(errno),
        },
        // libav takes any file of this name for an MP4.
        _ if said(NO_INDEX) && starts_like_mp4(path) => VideoError::Incomplete {
            path: path.to_owned(),
        },
        _ => not_a_video(path, error, lines),
    }
}

/// Says that a file is no video, in libav's words.
pub(super) fn not_a_video(path: &str, error: Error, lines: &[String]) -> VideoError {
    let lines: Vec<_> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| !line.contains(NO_INDEX))
        .collect();
    let reason = if lines.is_empty() {
        error.to_string()
    } else {
        lines.join("; ")
    };
    VideoError::NotAVideo {
        path: path.to_owned(),
        reason,
    }
}

/// Returns whether the file's first box is one that MP4 files start with.
fn starts_like_mp4(path: &str) -> bool {
    let mut start = [0; 8];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    let names: [&[u8]; 8] = [
        b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid",
    ];
    read.is_ok() && names.contains(&&start[4..])
}
