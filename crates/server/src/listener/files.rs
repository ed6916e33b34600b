//! Room for connections among the files that the system lets this process have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are not connections: the store, the trail, sockets, and some to spare. If connections could take the
/// last one, a client that opens many of them would stop the store.
const RESERVE: u64 = 128;

/// Raises the limit of open files for this many connections as far as the system allows; how many there is room for.
pub(super) fn make_room(connections: usize) -> usize {
    let needed = connections as u64 + RESERVE;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = maximum.map_or(needed, |maximum| maximum.min(needed));
    let mut limit = current;
    if current.is_some_and(|current| current < raised)
        && setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).is_ok()
    {
        limit = Some(raised);
    }
    room(connections, limit)
}

fn room(connections: usize, limit: Option<u64>) -> usize {
    let Some(limit) = limit else { return connections };
    let room = usize::try_from(limit.saturating_sub(RESERVE)).unwrap_or(usize::MAX);
    connections.min(room).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_store() {
        assert_eq!(room(1024, None), 1024);
        assert_eq!(room(1024, Some(4096)), 1024);
        assert_eq!(room(1024, Some(1024)), 896);
        assert_eq!(room(1024, Some(10)), 1);
    }

    #[test]
    fn the_system_is_asked() {
        let before = getrlimit(Resource::Nofile).current;
        assert_eq!(make_room(1), 1);
        assert_eq!(getrlimit(Resource::Nofile).current, before, "never lowered");
    }
}
