//! Originals, on disk.

use std::fs;
use std::io::Read;

use cabinet_vault::{Damage, VaultError};
use uuid::Uuid;

use crate::{Cabinet, contains};

const CHUNK: usize = 64 * 1024;

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 17 + at / 255) as u8).collect()
}

#[test]
fn every_size_comes_back_whole_and_in_parts() {
    let (_cabinet, vault, _) = Cabinet::make();
    let objects = vault.objects();
    for size in [
        0,
        1,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        16 * CHUNK,
        17 * CHUNK + 5,
        40 * CHUNK,
    ] {
        let (id, whole) = (Uuid::new_v4(), content(size));
        assert_eq!(objects.put(id, whole.as_slice()).unwrap(), size as u64);
        assert_eq!(objects.get(id).unwrap(), whole, "{size} bytes");
        assert_eq!(objects.size(id).unwrap(), size as u64);
        assert_eq!(objects.copy_to(id, &mut std::io::sink()).unwrap(), size as u64);
        let size = size as u64;
        for (start, end) in [
            (0, size),
            (0, size.min(1)),
            (size, size),
            (size / 2, size),
            (size / 3, size / 2),
        ] {
            let part = objects.read_range(id, start..end).unwrap();
            assert_eq!(
                part,
                whole[start as usize..end as usize],
                "{start}..{end} of {size}"
            );
        }
        assert!(matches!(
            objects.read_range(id, 0..size + 1),
            Err(VaultError::OutOfRange)
        ));
        #[expect(clippy::reversed_empty_ranges, reason = "that it is refused is the point")]
        let backwards = objects.read_range(id, 1..0);
        assert!(matches!(backwards, Err(VaultError::OutOfRange)));
    }
    assert_eq!(objects.list().unwrap().len(), 8);
}

#[test]
fn replacing_and_deleting() {
    let (cabinet, vault, _) = Cabinet::make();
    let (objects, id) = (vault.objects(), Uuid::new_v4());
    assert!(!objects.exists(id).unwrap());
    assert!(matches!(objects.get(id), Err(VaultError::ObjectMissing)));
    assert!(matches!(objects.delete(id), Err(VaultError::ObjectMissing)));
    assert!(objects.list().unwrap().is_empty(), "before there is a folder");
    objects.put(id, b"first".as_slice()).unwrap();
    objects.put(id, b"second".as_slice()).unwrap();
    assert_eq!(objects.get(id).unwrap(), b"second");
    assert!(objects.exists(id).unwrap());
    objects.delete(id).unwrap();
    assert!(!objects.exists(id).unwrap());
    assert_eq!(fs::read_dir(cabinet.path("objects")).unwrap().count(), 0);
}

#[test]
fn a_failing_source_leaves_what_was_there() {
    struct Breaks(usize);
    impl Read for Breaks {
        fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.min(bytes.len());
            self.0 -= count;
            if count == 0 {
                Err(std::io::ErrorKind::ConnectionReset.into())
            } else {
                Ok(count)
            }
        }
    }
    let (cabinet, vault, _) = Cabinet::make();
    let (objects, id) = (vault.objects(), Uuid::new_v4());
    objects.put(id, b"first".as_slice()).unwrap();
    assert!(matches!(
        objects.put(id, Breaks(3 * CHUNK)),
        Err(VaultError::Io { .. })
    ));
    assert_eq!(objects.get(id).unwrap(), b"first");
    assert_eq!(
        fs::read_dir(cabinet.path("objects")).unwrap().count(),
        1,
        "the half is gone"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_leaves_what_was_there() {
    let (cabinet, vault, _) = Cabinet::make();
    let (objects, id) = (vault.objects(), Uuid::new_v4());
    objects.put(id, b"first".as_slice()).unwrap();
    // A file that is always full in the place of the next unfinished one; which number that has is not known here.
    for number in 0..200 {
        std::os::unix::fs::symlink(
            "/dev/full",
            cabinet.path(&format!("objects/{id}.{number}.unfinished")),
        )
        .unwrap();
    }
    assert!(matches!(
        objects.put(id, content(CHUNK).as_slice()),
        Err(VaultError::DiskFull)
    ));
    assert_eq!(objects.get(id).unwrap(), b"first");
}

#[test]
fn rejects_damage_swapping_and_strangers() {
    let (cabinet, vault, _) = Cabinet::make();
    let objects = vault.objects();
    let (one, two) = (Uuid::new_v4(), Uuid::new_v4());
    let text = b"Amara Ostrowski, left knee. ".repeat(10_000);
    for id in [one, two] {
        objects.put(id, text.as_slice()).unwrap();
    }
    let place = |id: Uuid| cabinet.path(&format!("objects/{id}"));
    let sound = fs::read(place(one)).unwrap();
    assert!(!contains(&sound, "Ostrowski") && !contains(&sound, "left knee"));
    let damage = |bytes: &[u8]| {
        fs::write(place(one), bytes).unwrap();
        match objects.get(one) {
            Err(VaultError::ObjectDamaged { what }) => what,
            other => panic!("{other:?} is not damage"),
        }
    };

    assert_eq!(
        damage(&fs::read(place(two)).unwrap()),
        Damage::Header,
        "another original in its place"
    );
    assert_eq!(damage(&sound[..sound.len() - 1]), Damage::End);
    assert_eq!(damage(&[]), Damage::Length);
    assert_eq!(damage(&vec![0; 1_000]), Damage::NotSealed);
    let mut flipped = sound.clone();
    flipped[100_000] ^= 4;
    assert_eq!(damage(&flipped), Damage::Chunk(1));
    assert_eq!(
        objects.read_range(one, 0..1_000).unwrap(),
        text[..1_000],
        "what is sound can be read"
    );

    let (_other, stranger, _) = Cabinet::make();
    stranger.objects().put(one, b"x".as_slice()).unwrap();
    let foreign = fs::read(_other.path(&format!("objects/{one}"))).unwrap();
    assert_eq!(damage(&foreign), Damage::Header, "another cabinet's");
    fs::write(place(one), &sound).unwrap();
    assert_eq!(objects.get(one).unwrap(), text);
}

#[test]
fn lists_only_what_it_named() {
    let (cabinet, vault, _) = Cabinet::make();
    let id = Uuid::new_v4();
    vault.objects().put(id, b"x".as_slice()).unwrap();
    for stranger in [
        "notes.txt",
        &Uuid::new_v4().simple().to_string(),
        &Uuid::new_v4().to_string().to_uppercase(),
    ] {
        fs::write(cabinet.path("objects").join(stranger), b"x").unwrap();
    }
    assert_eq!(vault.objects().list().unwrap(), [id]);
}
