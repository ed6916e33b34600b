//! The trail on a real file system: crashes, damage, reading, waiting.

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::mpsc;

use keygate_ident::AccountId;
use tempfile::TempDir;

use super::*;
use crate::event::tests::{by_role, sample, samples};
use crate::{Order, Outcome};

/// Events `from..to`, told apart by id; a second between them.
fn events(from: u64, to: u64) -> Vec<Event> {
    let samples = samples();
    let event = |i: u64| Event {
        id: uuid(i),
        time: Timestamp::from_seconds(1_784_160_000 + i as i64),
        ..samples[i as usize % samples.len()].clone()
    };
    (from..to).map(event).collect()
}

fn uuid(i: u64) -> String {
    format!("00000000-0000-4000-8000-{i:012x}")
}

/// Small blocks and segments, so that a test sees several.
fn small() -> Options {
    Options { segment_bytes: 8 << 10, block_bytes: 1 << 10, ..Options::default() }
}

fn open(folder: &Path, options: Options) -> Trail {
    let (trail, findings) = Trail::open(folder, options).unwrap();
    assert_eq!(findings, []);
    trail
}

fn append(trail: &Trail, events: &[Event]) {
    for event in events {
        trail.append(event.clone()).unwrap();
    }
    trail.flush().unwrap();
}

fn all(trail: &Trail) -> Vec<Event> {
    let mut query = trail.query(Filter::default());
    let found = query.by_ref().collect();
    assert_eq!(query.findings(), []);
    found
}

fn ids(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.id.as_str()).collect()
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    segment::list(folder).unwrap().into_iter().map(|(_, path)| path).collect()
}

/// A trail of several segments with these events in it, closed.
fn filled(events: &[Event]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let trail = open(folder.path(), small());
    append(&trail, events);
    trail.close().unwrap();
    assert!(segments(folder.path()).len() > 2);
    folder
}

#[test]
fn what_is_appended_is_read_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(0, 200);
    for (i, chunk) in events.chunks(50).enumerate() {
        let trail = open(folder.path(), small());
        append(&trail, chunk);
        assert_eq!(all(&trail), events[..(i + 1) * 50]);
        assert_eq!(trail.end().number(), (i as u64 + 1) * 50);
    }
}

#[test]
fn only_the_owner_may_read_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/trail");
    let trail = open(&inner, small());
    append(&trail, &events(0, 100));
    assert_eq!(fs::metadata(&inner).unwrap().mode() & 0o777, 0o700);
    for entry in fs::read_dir(&inner).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
}

#[test]
fn two_at_once_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let trail = open(folder.path(), small());
    assert!(matches!(Trail::open(folder.path(), small()), Err(TrailError::InUse { .. })));
    drop(trail);
    open(folder.path(), small());
}

#[test]
fn a_torn_tail_is_cut_wherever_it_is_torn() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(0, 13);
    let trail = open(folder.path(), Options::default());
    append(&trail, &events[..10]);
    let path = segments(folder.path()).remove(0);
    let intact = fs::metadata(&path).unwrap().len();
    append(&trail, &events[10..12]);
    trail.close().unwrap();
    let whole = fs::read(&path).unwrap();
    for end in intact as usize..whole.len() {
        for zeros in [0, 70] {
            // Zeros: some file systems make the file longer before they fill it.
            let torn = [&whole[..end], &vec![0; zeros]].concat();
            if zeros > 0 && (end % 9 != 0 || torn.starts_with(&whole)) {
                continue;
            }
            fs::write(&path, &torn).unwrap();
            let (trail, findings) = Trail::open(folder.path(), Options::default()).unwrap();
            let (segment, bytes) = (path.clone(), torn.len() as u64 - intact);
            let expected = Finding::TornTail { segment: segment.clone(), offset: intact, bytes };
            match &findings[..] {
                [] => assert_eq!(bytes, 0),
                // A complete header over zeros: the block has its full length and stays, to be looked at.
                [Finding::CorruptBlock { offset, .. }, ..] => assert!(*offset == intact && zeros > 0),
                found => assert_eq!(found, [expected]),
            }
            assert_eq!(all(&trail), events[..10], "torn at {end}");
            append(&trail, &events[12..]);
            assert_eq!(ids(&all(&trail)), ids(&[&events[..10], &events[12..]].concat()), "torn at {end}");
        }
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(all(&open(folder.path(), Options::default())), events[..12]);
}

#[test]
fn a_segment_torn_in_its_own_header_starts_anew() {
    for length in 0..segment::FILE_HEADER {
        let folder = tempfile::tempdir().unwrap();
        fs::write(segment::path_of(folder.path(), 42), &segment::header()[..length]).unwrap();
        let trail = open(folder.path(), small());
        assert_eq!(trail.end().number(), 42);
        append(&trail, &events(0, 3));
        drop(trail);
        assert_eq!(all(&open(folder.path(), small())), events(0, 3));
    }
}

#[test]
fn flipped_bytes_lose_one_block_at_most_and_are_reported() {
    let events = events(0, 120);
    let folder = filled(&events);
    let paths = segments(folder.path());
    for path in [paths.first().unwrap(), paths.last().unwrap()] {
        let whole = fs::read(path).unwrap();
        for place in (0..whole.len()).step_by(37) {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x40;
            fs::write(path, &bytes).unwrap();
            let index = index::path_of(path);
            let saved = fs::read(&index).ok();
            if place % 2 == 0 {
                drop(fs::remove_file(&index));
            }
            let (trail, opened) = Trail::open(folder.path(), small()).unwrap();
            let mut query = trail.query(Filter::default());
            let found: Vec<Event> = query.by_ref().collect();
            // With an index, nobody reads the sixteen bytes in front.
            if place >= segment::FILE_HEADER || saved.is_none() {
                assert!(!opened.is_empty() || !query.findings().is_empty(), "place {place}");
            }
            assert!(found.len() + 12 >= events.len(), "place {place}: {} left", found.len());
            assert!(found.iter().all(|event| events.contains(event)), "place {place}");
            assert!(found.is_sorted_by_key(|event| &event.id), "place {place}");
            drop(trail);
            fs::write(path, &whole).unwrap();
            match saved {
                Some(saved) => fs::write(&index, saved).unwrap(),
                None => drop(fs::remove_file(&index)),
            }
        }
    }
    assert_eq!(all(&open(folder.path(), small())), events);
}

#[test]
fn after_damage_the_open_segment_goes_on_and_is_never_packed() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(0, 200);
    let trail = open(folder.path(), small());
    for event in &events[..5] {
        append(&trail, std::slice::from_ref(event));
    }
    trail.close().unwrap();
    let path = segments(folder.path()).remove(0);
    let file = segment::open_for_append(&path).unwrap();
    file.write_all_at(b"garbage", 16).unwrap();
    let (trail, findings) = Trail::open(folder.path(), small()).unwrap();
    assert!(matches!(&findings[..], [Finding::CorruptBlock { offset: 16, .. }]), "{findings:?}");
    append(&trail, &events[5..]);
    let found: Vec<Event> = trail.query(Filter::default()).collect();
    assert_eq!(found, events[1..]);
    assert!(segments(folder.path()).len() > 1);
    let mut front = [0; 7];
    file.read_exact_at(&mut front, 16).unwrap();
    assert_eq!(&front, b"garbage");
}

#[test]
fn an_index_that_is_missing_damaged_or_stale_is_rebuilt() {
    let events = events(0, 120);
    let folder = filled(&events);
    let path = segments(folder.path()).remove(0);
    let index = index::path_of(&path);
    let whole = fs::read(&index).unwrap();
    let rebuilt = [Finding::IndexRebuilt { segment: path }];
    for place in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(&index, &bytes).unwrap();
        let (trail, opened) = Trail::open(folder.path(), small()).unwrap();
        let mut query = trail.query(Filter::default());
        assert!(query.by_ref().eq(events.iter().cloned()));
        // The front is read at start, the rest when it is needed.
        let found = [opened, query.take_findings()].concat();
        assert_eq!(found, rebuilt, "place {place}");
    }
    for content in [&[][..], &whole[..whole.len() - 1]] {
        fs::write(&index, content).unwrap();
        let (trail, opened) = Trail::open(folder.path(), small()).unwrap();
        let mut query = trail.query(Filter::default());
        assert!(query.by_ref().eq(events.iter().cloned()));
        assert_eq!([opened, query.take_findings()].concat(), rebuilt);
    }
    fs::remove_file(&index).unwrap();
    assert_eq!(Trail::open(folder.path(), small()).unwrap().1, rebuilt);
    assert_eq!(fs::read(&index).unwrap(), whole, "the rebuilt index is the one that was");
    open(folder.path(), small());
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let folder = filled(&events(0, 120));
    let path = segments(folder.path()).pop().unwrap();
    let index = index::path_of(&segments(folder.path())[0]);
    for (path, place, sealed) in [(&path, 8, 12), (&path, 16 + 4, 16 + 60), (&index, 8, 64)] {
        let whole = fs::read(path).unwrap();
        let mut newer = whole.clone();
        newer[place] = 9;
        let start = if place == 20 { 16 } else { 0 };
        let checksum = crc32fast::hash(&newer[start..sealed]).to_le_bytes();
        newer[sealed..sealed + 4].copy_from_slice(&checksum);
        fs::write(path, &newer).unwrap();
        let refused = Trail::open(folder.path(), small());
        assert!(matches!(refused, Err(TrailError::NewerFormat { version: 9, .. })), "{path:?} {place}");
        assert_eq!(fs::read(path).unwrap(), newer);
        fs::write(path, &whole).unwrap();
    }
    open(folder.path(), small());
}

#[test]
fn leftovers_of_a_crash_are_removed() {
    let folder = filled(&events(0, 120));
    let orphans = ["00000000000000000000.trail.tmp", "99999999999999999999.index"];
    for orphan in orphans {
        fs::write(folder.path().join(orphan), b"x").unwrap();
    }
    assert_eq!(all(&open(folder.path(), small())), events(0, 120));
    assert!(orphans.iter().all(|orphan| !folder.path().join(orphan).exists()));
}

#[test]
fn small_blocks_are_packed_when_the_segment_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let trail = open(folder.path(), small());
    let events = events(0, 120);
    let before = trail.query(Filter::default());
    let mut halfway = None;
    for (i, event) in events.iter().enumerate() {
        append(&trail, std::slice::from_ref(event));
        if i == 10 {
            halfway = Some(trail.query(Filter::default()));
        }
    }
    assert_eq!(all(&trail), events);
    assert_eq!(before.count(), 0);
    assert!(halfway.unwrap().eq(events[..11].iter().cloned()), "a snapshot outlives the packing");
    let view = trail.shared.view();
    assert!(view.closed.len() > 2);
    for segment in view.closed.iter() {
        let (index, findings) = load_or_rebuild(&segment.path, segment.summary.first).unwrap();
        assert_eq!(findings, []);
        let events = segment.summary.end - segment.summary.first;
        assert!(events > 10 && index.blocks.len() as u64 <= events / 2, "{} blocks", index.blocks.len());
        let (rebuilt, findings) = Index::rebuild(&segment.path, segment.summary.first).unwrap();
        assert_eq!((rebuilt, findings), (index, vec![]));
    }
}

#[test]
fn appending_durably_twice_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(0, 150);
    let trail = open(folder.path(), small());
    trail.append_durable(events[..100].to_vec()).unwrap();
    assert_eq!(all(&trail), events[..100], "visible without a flush");
    trail.append_durable(events[..100].to_vec()).unwrap();
    trail.append_durable([events[100].clone(), events[100].clone(), events[3].clone()]).unwrap();
    assert_eq!(all(&trail), events[..101]);
    drop(trail);
    // As after a crash before the outbox was emptied.
    let trail = open(folder.path(), small());
    trail.append_durable(events[50..].to_vec()).unwrap();
    trail.append_durable([]).unwrap();
    assert_eq!(all(&trail), events);
    trail.append(events[0].clone()).unwrap();
    trail.flush().unwrap();
    assert_eq!(all(&trail).len(), 151, "append() does not look");
}

#[test]
fn a_repeated_move_after_a_torn_write_adds_what_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(0, 20);
    let trail = open(folder.path(), Options::default());
    trail.append_durable(events[..10].to_vec()).unwrap();
    trail.append_durable(events[10..].to_vec()).unwrap();
    drop(trail);
    let path = segments(folder.path()).remove(0);
    let length = fs::metadata(&path).unwrap().len();
    segment::open_for_append(&path).unwrap().set_len(length - 1).unwrap();
    let (trail, findings) = Trail::open(folder.path(), Options::default()).unwrap();
    assert!(matches!(&findings[..], [Finding::TornTail { .. }]));
    trail.append_durable(events.clone()).unwrap();
    assert_eq!(all(&trail), events);
}

#[test]
fn following_sees_every_event_once_across_segments_and_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(0, 150);
    let mut cursor = Cursor::START;
    let mut seen = Vec::new();
    for chunk in events.chunks(30) {
        let trail = open(folder.path(), small());
        let mut follow = trail.follow(Filter::default(), cursor);
        assert!(!follow.wait(Duration::ZERO));
        assert_eq!(follow.next_events(5), []);
        append(&trail, chunk);
        assert!(follow.wait(Duration::ZERO));
        loop {
            let next = follow.next_events(7);
            if next.is_empty() {
                break;
            }
            seen.extend(next);
        }
        assert!(!follow.wait(Duration::ZERO));
        cursor = Cursor::from_number(follow.cursor().number());
        assert_eq!(follow.take_findings(), []);
    }
    assert_eq!(seen, events);
}

#[test]
fn following_with_a_filter_passes_over_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let trail = open(folder.path(), small());
    append(&trail, &events(0, 50));
    let filter = Filter { event_name: Some("DeleteUser".into()), ..Filter::default() };
    let mut follow = trail.follow(filter.clone(), Cursor::START);
    let found = follow.next_events(usize::MAX);
    assert_eq!(found.len(), 5);
    assert_eq!(follow.cursor(), trail.end(), "what does not match is not read again");
    let mut follow = trail.follow(filter, trail.end());
    append(&trail, &events(50, 60));
    assert_eq!(follow.next_events(usize::MAX).len(), 1);
}

#[test]
fn a_waiting_follower_is_woken_by_an_event_and_by_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let trail = open(folder.path(), small());
    thread::scope(|scope| {
        let mut follow = trail.follow(Filter::default(), Cursor::START);
        let follower = scope.spawn(move || {
            let long = Duration::from_secs(60);
            assert!(follow.wait(long));
            let events = follow.next_events(10);
            assert!(!follow.wait(long), "the trail was closed");
            events
        });
        append(&trail, &events(0, 1));
        // Whether the follower waits already or not, it must come back.
        trail.close().unwrap();
        assert_eq!(follower.join().unwrap(), events(0, 1));
    });
}

#[test]
fn events_reach_the_disk_without_a_flush() {
    let folder = tempfile::tempdir().unwrap();
    let trail = open(folder.path(), Options::default());
    let follow = trail.follow(Filter::default(), Cursor::START);
    trail.append(sample()).unwrap();
    assert!(follow.wait(Duration::from_secs(60)));
    assert_eq!(all(&trail), [sample()]);
}

#[test]
fn a_closed_trail_takes_nothing_and_is_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let trail = open(folder.path(), small());
    trail.append(sample()).unwrap();
    trail.close().unwrap();
    trail.close().unwrap();
    assert!(matches!(trail.append(sample()), Err(TrailError::Closed)));
    assert!(matches!(trail.try_append(sample()), Err(TryAppendError::Failed(TrailError::Closed))));
    assert!(matches!(trail.append_durable([sample()]), Err(TrailError::Closed)));
    assert!(matches!(trail.retain(Timestamp::default()), Err(TrailError::Closed)));
    open(folder.path(), small());
    assert_eq!(all(&trail), [sample()]);
}

#[test]
fn a_full_queue_holds_back_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // Room for one event: every append waits for the writer.
    let options = Options { queue_bytes: 1, ..small() };
    let trail = open(folder.path(), options);
    thread::scope(|scope| {
        for thread in 0..4 {
            let trail = &trail;
            scope.spawn(move || {
                for event in events(thread * 50, thread * 50 + 50) {
                    trail.append(event).unwrap();
                }
            });
        }
    });
    trail.flush().unwrap();
    let mut found = all(&trail);
    found.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(found, events(0, 200));
}

#[test]
fn trying_gives_back_what_has_no_room() {
    let queue = Queue::new(1);
    queue.try_push(sample()).unwrap();
    match queue.try_push(by_role()) {
        Err(TryAppendError::Full(event)) => assert_eq!(*event, by_role()),
        other => panic!("{other:?}"),
    }
    // Somebody who may block gets in as soon as the writer has taken the first.
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        let queue = &queue;
        scope.spawn(move || sender.send(queue.push(by_role(), false)));
        assert_eq!(queue.next_batch(Duration::ZERO, Vec::new()).items.len(), 1);
        assert_eq!(receiver.recv().unwrap().unwrap(), 2);
        assert_eq!(queue.next_batch(Duration::ZERO, Vec::new()).items[0].event, by_role());
    });
}

#[test]
fn a_disk_that_refuses_is_told_and_tried_again() {
    let queue = Queue::new(1);
    let refused = || TrailError::io("write")(std::io::ErrorKind::StorageFull.into());
    queue.push(sample(), false).unwrap();
    thread::scope(|scope| {
        let flusher = scope.spawn(|| queue.wait_flushed(1));
        let batch = queue.next_batch(Duration::from_secs(60), Vec::new());
        // A flush that comes after a failure waits for the next attempt.
        while !flusher.is_finished() {
            queue.failed(refused(), Duration::ZERO);
        }
        assert!(matches!(flusher.join().unwrap(), Err(TrailError::Io { .. })));
        // There is room for one more, and then no more until the disk gives in.
        queue.push(sample(), false).unwrap();
        assert!(matches!(queue.push(sample(), false), Err(TrailError::Io { .. })));
        assert!(matches!(queue.try_push(sample()), Err(TryAppendError::Failed(_))));
        queue.flushed(batch.ticket);
        queue.wait_flushed(1).unwrap();
        assert!(matches!(queue.try_push(sample()), Err(TryAppendError::Full(_))));
    });
}

#[test]
fn a_writer_whose_folder_is_gone_keeps_the_events_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("trail");
    let moved = folder.path().join("moved");
    let trail = open(&inner, small());
    let events = events(0, 120);
    append(&trail, &events[..40]);
    fs::rename(&inner, &moved).unwrap();
    for event in &events[40..] {
        trail.append(event.clone()).unwrap();
    }
    // The open file can still be written, but no next segment made.
    assert!(matches!(trail.flush(), Err(TrailError::Io { .. })));
    fs::rename(&moved, &inner).unwrap();
    while trail.flush().is_err() {}
    assert_eq!(all(&trail), events);
    drop(trail);
    assert_eq!(all(&open(&inner, small())), events);
}

#[test]
fn retention_removes_whole_segments_that_are_older() {
    let events = events(0, 120);
    let folder = filled(&events);
    let trail = open(folder.path(), small());
    assert_eq!(trail.retain(events[0].time).unwrap(), Retained::default());
    let mut running = trail.query(Filter::default());
    let first = trail.shared.view().closed[0].summary.end;
    let second = trail.shared.view().closed[1].summary.end;
    let cut = events[second as usize].time;
    assert_eq!(running.next().as_ref(), events.first());
    assert_eq!(trail.retain(cut).unwrap(), Retained { segments: 2, events: second });
    assert_eq!(all(&trail), events[second as usize..]);
    // What runs reads on in the file that it has open, and passes over the one that is gone.
    assert_eq!(running.by_ref().count() as u64, 120 - 1 - (second - first));
    assert_eq!(running.findings(), []);
    let mut follow = trail.follow(Filter::default(), Cursor::START);
    assert_eq!(follow.next_events(usize::MAX), events[second as usize..]);
    drop(trail);
    let trail = open(folder.path(), small());
    assert_eq!(all(&trail), events[second as usize..]);
    assert_eq!(trail.end().number(), 120, "numbers are not used again");
    trail.retain(Timestamp::from_seconds(i64::MAX / 1000)).unwrap();
    assert!(!all(&trail).is_empty(), "the open segment stays");
}

#[test]
fn reading_goes_on_where_it_ended() {
    let events = events(0, 120);
    let folder = filled(&events);
    let trail = open(folder.path(), small());
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let mut expected = events.clone();
        if order == Order::NewestFirst {
            expected.reverse();
        }
        let (mut from, mut found) = (None, Vec::new());
        loop {
            let filter = Filter { limit: Some(7), order, from, ..Filter::default() };
            let mut query = trail.query(filter);
            let page: Vec<Event> = query.by_ref().collect();
            if page.is_empty() {
                break;
            }
            from = Some(query.cursor());
            found.extend(page);
        }
        assert_eq!(found, expected);
    }
}

#[test]
fn the_index_spares_reading() {
    let events = events(0, 120);
    let folder = filled(&events);
    let trail = open(folder.path(), small());
    let filter = Filter { event_id: Some(uuid(60)), ..Filter::default() };
    let keys = filter.keys();
    let candidates: usize = trail
        .shared
        .view()
        .closed
        .iter()
        .map(|segment| trail.shared.index(segment, &mut Vec::new()).unwrap())
        .map(|index| index.blocks.iter().filter(|block| block.admits(&filter, &keys)).count())
        .sum();
    assert!((1..=2).contains(&candidates), "{candidates}");
    assert!(trail.query(filter).eq([events[60].clone()]));
}

mod filters {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::Value;

    use super::*;
    use crate::event::tests::{ACCOUNT, OTHER};

    static EVENTS: LazyLock<Vec<Event>> = LazyLock::new(|| {
        let mut all = events(0, 160);
        for (i, event) in all.iter_mut().enumerate() {
            // Not quite in order, as writes are moved here a little later.
            event.time = Timestamp::from_seconds(1_784_160_000 + (i as i64 ^ 3));
            if i % 5 == 0 {
                event.account = Some(OTHER.parse().unwrap());
            }
        }
        all
    });
    static TRAIL: LazyLock<(TempDir, Trail)> = LazyLock::new(|| {
        let folder = filled(&EVENTS[..100]);
        let trail = open(folder.path(), small());
        append(&trail, &EVENTS[100..]);
        (folder, trail)
    });

    fn text(choices: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
        proptest::option::weighted(0.2, select(choices).prop_map(str::to_owned))
    }

    fn time() -> impl Strategy<Value = Option<Timestamp>> {
        proptest::option::of((-10i64..170).prop_map(|s| Timestamp::from_seconds(1_784_160_000 + s)))
    }

    prop_compose! {
        fn filter()(
            account in proptest::option::weighted(0.3, select(&[ACCOUNT, OTHER, "999999999999"][..])),
            (start, end) in (time(), time()),
            event_name in text(&["GetUser", "AssumeRole", "DeleteUser", "getuser", "Nothing"]),
            event_source in text(&["iam.amazonaws.com", "sts.amazonaws.com", "s3.amazonaws.com"]),
            user_name in text(&["Alice", "root", "build-17", "carol", "lambda.amazonaws.com", "Bob"]),
            principal_arn in text(&[
                "arn:aws:iam::111122223333:user/Alice",
                "arn:aws:iam::111122223333:role/app/Deployer",
                "arn:aws:sts::111122223333:assumed-role/Deployer/build-17",
            ]),
            access_key_id in text(&["AKIAIAAAAAAAAAEXAMPLE", "ASIAIBBBBBBBBBEXAMPLE", "AKIAIUNKNOWNAEXAMPLE"]),
            resource in text(&["CrossAccount", "arn:aws:iam::111122223333:role/CrossAccount", "Alice"]),
            event_id in proptest::option::weighted(0.2, (0u64..170).prop_map(uuid)),
            (read_only, outcome) in (
                proptest::option::of(any::<bool>()),
                select(&[Outcome::Any, Outcome::Any, Outcome::Succeeded, Outcome::Failed][..]),
            ),
            limit in proptest::option::of(0usize..40),
            (order, from) in (
                select(&[Order::OldestFirst, Order::NewestFirst][..]),
                proptest::option::of((0u64..170).prop_map(Cursor::from_number)),
            ),
        ) -> Filter {
            let account: Option<AccountId> = account.map(|account| account.parse().unwrap());
            Filter {
                account, start, end, event_name, event_source, user_name, principal_arn, access_key_id, resource,
                event_id, read_only, outcome, limit, order, from,
            }
        }
    }

    /// What a filter means, without blocks, indexes and files: by the rendered records.
    fn naive(filter: &Filter) -> Vec<Event> {
        let from = filter.from.map(|from| from.number());
        let covered = |n: u64| match filter.order {
            Order::OldestFirst => from.is_none_or(|from| n >= from),
            Order::NewestFirst => from.is_none_or(|from| n < from),
        };
        let mut found: Vec<Event> = EVENTS
            .iter()
            .zip(0..)
            .filter(|(event, n)| covered(*n) && shows(&event.to_cloudtrail(), filter))
            .map(|(event, _)| event.clone())
            .collect();
        if filter.order == Order::NewestFirst {
            found.reverse();
        }
        found.truncate(filter.limit.unwrap_or(usize::MAX));
        found
    }

    fn shows(record: &Value, filter: &Filter) -> bool {
        let time: Timestamp = record["eventTime"].as_str().unwrap().parse().unwrap();
        let identity = &record["userIdentity"];
        let is = |wanted: &Option<String>, found: &[&Value]| {
            wanted.as_ref().is_none_or(|wanted| found.contains(&&Value::from(wanted.as_str())))
        };
        let session =
            identity["principalId"].as_str().and_then(|id| id.split_once(':')).map(|(_, name)| name);
        let user = match identity["type"].as_str().unwrap() {
            "Root" => Value::from("root"),
            "AssumedRole" | "FederatedUser" => session.into(),
            "AWSService" => identity["invokedBy"].clone(),
            _ => identity["userName"].clone(),
        };
        let resources: Vec<&Value> = record["resources"].as_array().into_iter().flatten().collect();
        let arns: Vec<&Value> = resources.iter().map(|resource| &resource["ARN"]).collect();
        let names: Vec<Value> =
            arns.iter().map(|arn| arn.as_str().unwrap().rsplit('/').next().unwrap().into()).collect();
        let called: Vec<&Value> = arns.into_iter().chain(&names).collect();
        filter.start.is_none_or(|start| time >= start)
            && filter.end.is_none_or(|end| time <= end)
            && is(&filter.account.map(|account| account.to_string()), &[&record["recipientAccountId"]])
            && is(&filter.event_name, &[&record["eventName"]])
            && is(&filter.event_source, &[&record["eventSource"]])
            && is(&filter.user_name, &[&user])
            && is(
                &filter.principal_arn,
                &[&identity["arn"], &identity["sessionContext"]["sessionIssuer"]["arn"]],
            )
            && is(&filter.access_key_id, &[&identity["accessKeyId"]])
            && is(&filter.resource, &called)
            && is(&filter.event_id, &[&record["eventID"]])
            && filter.read_only.is_none_or(|read_only| record["readOnly"] == read_only)
            && (filter.outcome == Outcome::Any
                || (filter.outcome == Outcome::Failed) == record.get("errorCode").is_some())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_query_finds_what_a_plain_scan_finds(filter in filter()) {
            let mut query = TRAIL.1.query(filter.clone());
            let found: Vec<Event> = query.by_ref().collect();
            prop_assert_eq!(found, naive(&filter));
            prop_assert_eq!(query.findings(), &[]);
        }
    }
}
