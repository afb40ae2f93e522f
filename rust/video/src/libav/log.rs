//! What libav has to say goes to the call that caused it, never to stderr.
//!
//! libav has one log function for the whole process. Ours keeps the lines of error level that a thread logs while it
//! is inside [`capture`], and those that tell of packets that were lost on the network, and drops everything else: a library is silent.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Once;

use ffmpeg_the_third::ffi;

#[cfg(target_arch = "x86_64")]
type Arguments = *mut ffi::__va_list_tag;
#[cfg(not(target_arch = "x86_64"))]
type Arguments = ffi::va_list;

/// Lines kept of one call; a broken packet can cause hundreds.
const MAX_LINES: usize = 16;

thread_local! {
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// How a warning begins that tells of lost packets (rtpdec.c). Nothing else shows them.
const LOST: &[u8] = b"RTP: missed ";

static INSTALLED: Once = Once::new();

/// Runs `call` and returns its result with what libav logged as errors meanwhile on this thread.
pub(crate) fn capture<T>(call: impl FnOnce() -> T) -> (T, Vec<String>) {
    // SAFETY: `keep_line` has the required signature, may be called from any thread and lives as long as the program.
    INSTALLED.call_once(|| unsafe { ffi::av_log_set_callback(Some(keep_line)) });
    LINES.set(Some(Vec::new()));
    let result = call();
    (result, LINES.take().unwrap_or_default())
}

/// Returns how many packets a line says were lost.
pub(crate) fn packets_lost(line: &str) -> Option<u64> {
    let rest = line.strip_prefix(std::str::from_utf8(LOST).ok()?)?;
    rest.split(' ').next()?.parse().ok()
}

fn tells_of_loss(format: *const c_char) -> bool {
    if format.is_null() {
        return false;
    }
    // SAFETY: libav passes a format that ends with a NUL, and it outlives this call.
    let format = unsafe { CStr::from_ptr(format) };
    format.to_bytes().starts_with(LOST)
}

unsafe extern "C" fn keep_line(
    context: *mut c_void,
    level: c_int,
    format: *const c_char,
    arguments: Arguments,
) {
    if level > ffi::AV_LOG_ERROR && !(level == ffi::AV_LOG_WARNING && tells_of_loss(format)) {
        return;
    }
    // A thread that is ending has no thread-locals any more; then there is nobody to tell.
    let _ = LINES.try_with(|lines| {
        let Ok(mut lines) = lines.try_borrow_mut() else {
            return;
        };
        let Some(lines) = lines.as_mut().filter(|lines| lines.len() < MAX_LINES) else {
            return;
        };
        let mut text: [c_char; 512] = [0; 512];
        let mut with_prefix: c_int = 0;
        // SAFETY: context, format and arguments are what libav just passed to us, used once; `text` is writable for the
        // length given.
        unsafe {
            ffi::av_log_format_line(
                context,
                level,
                format,
                arguments,
                text.as_mut_ptr(),
                512,
                &raw mut with_prefix,
            );
        }
        // SAFETY: av_log_format_line ends what it writes with a NUL within the length, and the array started zeroed.
        let text = unsafe { CStr::from_ptr(text.as_ptr()) };
        let text = text.to_string_lossy();
        let text = text.trim();
        if !text.is_empty() {
            lines.push(text.to_owned());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_packets_are_counted_by_what_libav_says() {
        assert_eq!(packets_lost("RTP: missed 7 packets"), Some(7));
        assert_eq!(packets_lost("RTP: missed -3 packets"), None);
        assert_eq!(packets_lost("error while decoding MB 12 7"), None);
    }
}
