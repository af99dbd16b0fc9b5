//! Tests of the disks: the real one and the one in memory behave alike, and the latter forgets
//! exactly what it may.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use super::*;

fn read(disk: &dyn Disk, path: &Path) -> io::Result<Vec<u8>> {
    let file = disk.open(path, OpenMode::Read)?;
    let mut bytes = vec![0; file.len()? as usize];
    assert_eq!(file.read_full_at(&mut bytes, 0)?, bytes.len());
    Ok(bytes)
}

fn kind<T: Debug>(result: io::Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

/// What both disks promise, below `root`.
fn behaves(disk: &dyn Disk, root: &Path) {
    let dir = root.join("one/two");
    assert!(!disk.exists(&dir).unwrap());
    assert_eq!(kind(disk.list(&dir)), ErrorKind::NotFound);
    assert_eq!(kind(disk.open(&dir.join("f"), OpenMode::Create)), ErrorKind::NotFound);
    disk.create_dir_all(&dir).unwrap();
    disk.create_dir_all(&dir).unwrap();
    disk.create_dir_all(&dir.join("inner")).unwrap();
    assert!(disk.exists(&dir).unwrap());

    let (b, a) = (dir.join("b"), dir.join("a"));
    assert_eq!(kind(disk.open(&b, OpenMode::Read)), ErrorKind::NotFound);
    assert_eq!(kind(disk.open(&b, OpenMode::Write)), ErrorKind::NotFound);
    let file = disk.open(&b, OpenMode::Create).unwrap();
    assert_eq!(kind(disk.open(&b, OpenMode::Create)), ErrorKind::AlreadyExists);
    assert!(file.is_empty().unwrap());
    file.write_all_at(b"world", 6).unwrap();
    file.write_all_at(b"hello", 0).unwrap();
    assert_eq!(file.len().unwrap(), 11);
    assert_eq!(read(disk, &b).unwrap(), b"hello\0world");
    let mut buffer = [0; 20];
    assert_eq!(file.read_at(&mut buffer, 6).unwrap(), 5);
    assert_eq!(file.read_at(&mut buffer, 11).unwrap(), 0);
    assert_eq!(file.read_at(&mut buffer, 100).unwrap(), 0);
    file.set_len(5).unwrap();
    file.set_len(7).unwrap();
    assert_eq!(read(disk, &b).unwrap(), b"hello\0\0");
    file.sync_data().unwrap();
    file.sync_all().unwrap();
    disk.sync_dir(&dir).unwrap();
    assert!(disk.open(&b, OpenMode::Read).unwrap().write_all_at(b"x", 0).is_err());
    disk.open(&b, OpenMode::Write).unwrap().write_all_at(b"J", 0).unwrap();

    disk.open(&a, OpenMode::Create).unwrap().write_all_at(b"old", 0).unwrap();
    assert_eq!(disk.list(&dir).unwrap(), ["a", "b"]);
    disk.rename(&b, &a).unwrap();
    assert_eq!(disk.list(&dir).unwrap(), ["a"]);
    assert_eq!(read(disk, &a).unwrap(), b"Jello\0\0");
    assert_eq!(kind(disk.rename(&b, &a)), ErrorKind::NotFound);
    disk.remove_file(&a).unwrap();
    assert_eq!(kind(disk.remove_file(&a)), ErrorKind::NotFound);
    assert_eq!(disk.list(&dir).unwrap(), [] as [&str; 0]);
    // An open file outlives its name.
    assert_eq!(file.len().unwrap(), 7);

    let c = dir.join("inner/c");
    disk.open(&a, OpenMode::Create).unwrap().write_all_at(b"one", 0).unwrap();
    disk.link(&a, &b).unwrap();
    disk.link(&b, &c).unwrap();
    assert_eq!(kind(disk.link(&a, &b)), ErrorKind::AlreadyExists);
    assert_eq!(kind(disk.link(&dir.join("none"), &dir.join("d"))), ErrorKind::NotFound);
    disk.open(&c, OpenMode::Write).unwrap().write_all_at(b"file", 0).unwrap();
    assert_eq!(
        (read(disk, &a).unwrap(), read(disk, &b).unwrap()),
        (b"file".into(), b"file".into())
    );
    // Both names stay: nothing is to be replaced.
    disk.rename(&a, &b).unwrap();
    assert_eq!(disk.list(&dir).unwrap(), ["a", "b"]);
    disk.remove_file(&a).unwrap();
    disk.remove_file(&c).unwrap();
    assert_eq!(read(disk, &b).unwrap(), b"file");
    disk.remove_file(&b).unwrap();

    let lock = disk.lock(&dir.join("lock")).unwrap();
    assert_eq!(kind(disk.lock(&dir.join("lock"))), ErrorKind::WouldBlock);
    assert_eq!(kind(disk.lock_shared(&dir.join("lock"))), ErrorKind::WouldBlock);
    drop(lock);
    disk.lock(&dir.join("lock")).unwrap();

    let first = disk.lock_shared(&dir.join("lock")).unwrap();
    let second = disk.lock_shared(&dir.join("lock")).unwrap();
    drop(first);
    assert_eq!(kind(disk.lock(&dir.join("lock"))), ErrorKind::WouldBlock);
    drop(second);
    disk.lock(&dir.join("lock")).unwrap();
    assert_eq!(kind(disk.lock_shared(&dir.join("none"))), ErrorKind::NotFound);
    assert!(!disk.exists(&dir.join("none")).unwrap());
}

#[test]
fn the_real_disk_behaves() {
    let dir = tempfile::tempdir().unwrap();
    behaves(&RealDisk::new(), dir.path());
}

#[test]
fn the_disk_in_memory_behaves() {
    behaves(&MemDisk::new(), Path::new("/somewhere"));
    behaves(&MemDisk::new(), Path::new(""));
}

/// A disk with a synced file `f` of `len` ones.
fn with_file(len: usize) -> (MemDisk, Box<dyn DiskFile>) {
    let disk = MemDisk::new();
    let file = disk.open(Path::new("f"), OpenMode::Create).unwrap();
    file.write_all_at(&vec![1; len], 0).unwrap();
    file.sync_data().unwrap();
    disk.sync_dir(Path::new("")).unwrap();
    (disk, file)
}

#[test]
fn a_crash_keeps_what_was_synced_and_anything_of_the_rest() {
    let mut seen = BTreeSet::new();
    for seed in 0..2000 {
        let (disk, file) = with_file(2048);
        file.write_all_at(&[2; 1024], 512).unwrap();
        file.write_all_at(&[3; 100], 2048).unwrap();
        let after = disk.crash(&mut fastrand::Rng::with_seed(seed));
        let bytes = read(&after, Path::new("f")).unwrap();
        assert!(bytes[..512].iter().chain(&bytes[1536..2048]).all(|byte| *byte == 1));
        assert!(bytes[512..1536].iter().all(|byte| *byte == 1 || *byte == 2));
        assert!(bytes[2048..].iter().all(|byte| *byte == 3 || *byte == 0));
        assert!(bytes.len() <= 2148);
        // Sector by sector, and the length of the rest.
        seen.insert((bytes[512], bytes[1024], bytes.len() == 2048, bytes.len() == 2148));
        // The old machine is off.
        assert!(file.read_at(&mut [0], 0).is_err());
        assert!(file.write_all_at(b"x", 0).is_err());
        assert!(disk.exists(Path::new("f")).is_err());
        // And what is left is durable now.
        assert_eq!(read(&after.drop_unsynced(), Path::new("f")).unwrap(), bytes);
    }
    for sectors in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        for len in [(true, false), (false, true), (false, false)] {
            assert!(seen.contains(&(sectors.0, sectors.1, len.0, len.1)), "{sectors:?} {len:?}");
        }
    }
}

#[test]
fn a_crash_is_the_same_for_the_same_seed() {
    let crash = || {
        let (disk, file) = with_file(100);
        for index in 0..50 {
            file.write_all_at(&[index; 77], u64::from(index) * 91).unwrap();
            disk.open(Path::new(&format!("{index}")), OpenMode::Create).unwrap();
        }
        let disk = disk.crash(&mut fastrand::Rng::with_seed(7));
        (disk.list(Path::new("")).unwrap(), read(&disk, Path::new("f")).unwrap())
    };
    assert_eq!(crash(), crash());
}

#[test]
fn names_are_durable_after_their_directory_is_synced() {
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let (disk, _) = with_file(1);
        let new = disk.open(Path::new("new"), OpenMode::Create).unwrap();
        new.write_all_at(b"n", 0).unwrap();
        new.sync_all().unwrap();
        disk.rename(Path::new("f"), Path::new("g")).unwrap();
        seen.insert(disk.crash(&mut fastrand::Rng::with_seed(seed)).list(Path::new("")).unwrap());
    }
    let all: BTreeSet<Vec<String>> = [vec!["f"], vec!["f", "new"], vec!["g"], vec!["g", "new"]]
        .into_iter()
        .map(|names| names.into_iter().map(str::to_owned).collect())
        .collect();
    assert_eq!(seen, all);

    let (disk, _) = with_file(1);
    disk.remove_file(Path::new("f")).unwrap();
    let disk = disk.drop_unsynced();
    assert_eq!(disk.list(Path::new("")).unwrap(), ["f"]);
    disk.remove_file(Path::new("f")).unwrap();
    disk.sync_dir(Path::new("")).unwrap();
    assert_eq!(disk.drop_unsynced().list(Path::new("")).unwrap(), [] as [&str; 0]);
}

#[test]
fn two_names_of_a_file_are_durable_apart_and_its_content_is_one() {
    let mut seen = BTreeSet::new();
    for seed in 0..50 {
        let (disk, file) = with_file(2);
        disk.create_dir_all(Path::new("dir")).unwrap();
        disk.link(Path::new("f"), Path::new("dir/g")).unwrap();
        assert_eq!(disk.used(), 2);
        if seed % 2 == 0 {
            disk.sync_dir(Path::new("dir")).unwrap();
        }
        disk.remove_file(Path::new("f")).unwrap();
        file.write_all_at(&[3], 0).unwrap();
        let after = disk.crash(&mut fastrand::Rng::with_seed(seed));
        let read = |name| read(&after, Path::new(name)).ok();
        let (f, g) = (read("f"), read("dir/g"));
        assert!(seed % 2 == 1 || g.is_some());
        assert!(f.is_none() || g.is_none() || f == g);
        seen.insert((f.is_some(), g.is_some()));
    }
    assert_eq!(seen.len(), 4);
}

#[test]
fn a_rename_replaces_the_old_or_keeps_it() {
    let mut seen = BTreeSet::new();
    for seed in 0..50 {
        let (disk, _) = with_file(1);
        let file = disk.open(Path::new("f.new"), OpenMode::Create).unwrap();
        file.write_all_at(b"new", 0).unwrap();
        file.sync_all().unwrap();
        disk.sync_dir(Path::new("")).unwrap();
        disk.rename(Path::new("f.new"), Path::new("f")).unwrap();
        let disk = disk.crash(&mut fastrand::Rng::with_seed(seed));
        seen.insert(read(&disk, Path::new("f")).unwrap());
    }
    assert_eq!(seen, BTreeSet::from([vec![1], b"new".to_vec()]));
}

#[test]
fn a_killed_process_loses_its_locks_and_nothing_else() {
    let (disk, file) = with_file(1);
    let lock = disk.lock(Path::new("lock")).unwrap();
    file.write_all_at(b"unsynced", 0).unwrap();
    let after = disk.kill();
    assert!(file.len().is_err());
    after.lock(Path::new("lock")).unwrap();
    drop(lock);
    assert_eq!(read(&after, Path::new("f")).unwrap(), b"unsynced");
    // The page cache survived, not more: the power may still go.
    assert_eq!(read(&after.drop_unsynced(), Path::new("f")).unwrap(), [1]);
}

#[test]
fn a_full_disk_takes_a_prefix_and_has_space_again() {
    for seed in 0..20 {
        let (disk, file) = with_file(10);
        disk.faults().seed(seed);
        disk.faults().capacity(Some(30));
        assert_eq!(kind(file.write_all_at(&[2; 21], 10)), ErrorKind::StorageFull);
        let len = file.len().unwrap();
        assert!((10..=30).contains(&len));
        // What is allocated may be written over, and a hole takes nothing.
        file.write_all_at(&[3; 10], 0).unwrap();
        file.set_len(1000).unwrap();
        assert_eq!(disk.used(), len);
        file.write_all_at(&[2; 20], 10).unwrap();
        assert_eq!(kind(file.write_all_at(&[2], 30)), ErrorKind::StorageFull);
        let other = disk.open(Path::new("other"), OpenMode::Create).unwrap();
        assert_eq!(kind(other.write_all_at(b"x", 0)), ErrorKind::StorageFull);
        disk.remove_file(Path::new("f")).unwrap();
        other.write_all_at(b"x", 0).unwrap();
    }
}

#[test]
fn a_failed_sync_forgets_what_it_should_have_kept() {
    let mut seen = BTreeSet::new();
    for seed in 0..100 {
        let (disk, file) = with_file(1);
        disk.faults().seed(seed);
        disk.faults().fail_sync(2);
        file.sync_data().unwrap();
        file.write_all_at(&[2], 0).unwrap();
        file.sync_data().unwrap_err();
        file.sync_data().unwrap();
        // Reads do not show it.
        assert_eq!(read(&disk, Path::new("f")).unwrap(), [2]);
        seen.insert(read(&disk.drop_unsynced(), Path::new("f")).unwrap());
    }
    assert_eq!(seen, BTreeSet::from([vec![1], vec![2]]));
    let (disk, _) = with_file(1);
    disk.faults().fail_sync(1);
    disk.sync_dir(Path::new("")).unwrap_err();
    disk.sync_dir(Path::new("")).unwrap();
}

#[test]
fn writes_fail_and_reads_are_short_on_command() {
    let (disk, file) = with_file(100);
    disk.faults().fail_write(2);
    file.write_all_at(b"a", 0).unwrap();
    file.write_all_at(b"b", 0).unwrap_err();
    file.write_all_at(b"c", 0).unwrap();
    disk.faults().short_reads(true);
    let mut buffer = [0; 100];
    let lengths: BTreeSet<usize> = (0..50).map(|_| file.read_at(&mut buffer, 0).unwrap()).collect();
    assert!(lengths.len() > 5 && !lengths.contains(&0));
    assert_eq!(file.read_full_at(&mut buffer, 0).unwrap(), 100);
}

#[test]
fn the_power_goes_after_the_given_number_of_changes() {
    let (disk, file) = with_file(1);
    disk.faults().power_off_after(Some(2));
    file.write_all_at(b"a", 0).unwrap();
    file.len().unwrap();
    file.sync_data().unwrap();
    file.len().unwrap();
    file.write_all_at(b"b", 0).unwrap_err();
    file.len().unwrap_err();
    disk.faults().power_off_after(None);
    file.len().unwrap_err();
    assert_eq!(read(&disk.drop_unsynced(), Path::new("f")).unwrap(), b"a");
}
