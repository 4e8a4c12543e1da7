//! The storage of slides: there, writable, with room, fast enough.

use std::path::Path;

use cytomine_domain::upkeep::{self, Room, Speed};

use super::super::status::bytes;
use super::Finding;

/// Bytes of the file for trial: enough to get past the buffers of small disks, little enough for a pod with a limit.
const TRIAL: usize = 32 << 20;

/// Less room than this is a failure: a slide alone may be larger.
const LEAST: u64 = 1 << 30;

/// Slower than this, in bytes per second, and an upload waits for the disk.
const SLOW: f64 = 20e6;

pub(super) async fn check(data: &Path) -> Vec<Finding> {
    if !data.is_dir() {
        let text = format!("{} is not there", data.display());
        return vec![Finding::warn(
            "storage",
            text,
            "Nothing, if this machine is new: the first start makes it",
        )];
    }
    let room = match upkeep::room(data) {
        Ok(found) => found,
        Err(error) => return vec![Finding::refused("storage", error.to_string())],
    };
    let mut found = vec![space(room)];
    found.push(match upkeep::try_storage(data, TRIAL).await {
        Ok(speed) => pace(speed),
        Err(error) => Finding::refused("storage speed", error.to_string()),
    });
    found
}

fn space(room: Room) -> Finding {
    let text = format!("{} free of {}", bytes(room.free), bytes(room.total));
    let remedy = "Enlarge the volume, or delete projects that are no longer needed";
    if room.free < LEAST {
        Finding::fail("storage", text, remedy)
    } else if room.free < room.total / 10 {
        Finding::warn("storage", text, remedy)
    } else {
        Finding::ok("storage", text)
    }
}

fn pace(speed: Speed) -> Finding {
    let text = format!("writes {:.0} MB/s, reads {:.0} MB/s", speed.write / 1e6, speed.read / 1e6);
    if speed.write < SLOW || speed.read < SLOW {
        Finding::warn("storage speed", text, "Use a faster volume, or a network with more throughput")
    } else {
        Finding::ok("storage speed", text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn little_room_and_a_slow_disk_are_told() {
        let room = |free, total| space(Room { free, total }).state;
        assert_eq!(room(500 << 30, 1 << 40), State::Ok);
        assert_eq!(room(50 << 30, 1 << 40), State::Warn);
        assert_eq!(room(1 << 20, 1 << 40), State::Fail);
        assert_eq!(pace(Speed { write: 100e6, read: 2e9 }).state, State::Ok);
        assert_eq!(pace(Speed { write: 5e6, read: 2e9 }).state, State::Warn);
    }
}
