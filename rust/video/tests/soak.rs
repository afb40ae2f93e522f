//! A looped file for thousands of plays. Alone in its process, so that what is measured is its own.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod support;

use sightline_video::{OpenOptions, Source};
use support::{scratch, small, text, write_file};

/// Resident memory of this process in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn thousands_of_plays_take_no_more_memory_than_hundreds() {
    let path = scratch("looped_soak").join("a.mp4");
    write_file(&path, &small((10, 1)), 2);
    let options = OpenOptions {
        looped: true,
        threads: 2,
        ..OpenOptions::default()
    };
    let mut source = Source::open(text(&path), &options).unwrap();
    let mut play = |plays: u64| {
        while source.stats().restarts < plays {
            source.next_frame().unwrap().unwrap();
        }
        (resident_kib(), open_files())
    };
    let (warm_kib, warm_files) = play(1_000);
    let (kib, files) = play(5_000);
    // A packet lost in each play would be more than this.
    assert!(kib < warm_kib + 4_096, "{warm_kib} KiB became {kib} KiB");
    assert_eq!(files, warm_files);
}
