use super::*;
use crate::read::read;
use crate::request::HttpRequest;

fn presenting<T>(id: &str, date: &str, region: &str, act: impl FnOnce(&Presented<'_>) -> T) -> T {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={id}/{date}/{region}/iam/aws4_request, SignedHeaders=host, Signature=00"
    );
    let headers =
        [("authorization", authorization.as_bytes()), ("x-amz-date", b"20150830T123600Z".as_slice())];
    let request = HttpRequest { method: "GET", path: "/", query: "", headers: &headers, body: b"" };
    act(&read(&request).unwrap())
}

/// Whether the secret was asked for, and what the key signs.
fn get(
    cache: &SigningKeyCache,
    id: &str,
    date: &str,
    region: &str,
    generation: u64,
    secret: &str,
) -> (bool, Vec<u8>) {
    presenting(id, date, region, |presented| {
        let mut asked = false;
        let key = cache.get_or_derive(presented, generation, || {
            asked = true;
            secret
        });
        (asked, key.sign(b"x").as_ref().to_vec())
    })
}

#[test]
fn a_key_is_derived_once() {
    let cache = SigningKeyCache::default();
    let (asked, first) = get(&cache, "A", "20150830", "r", 1, "secret");
    assert!(asked);
    assert_eq!(first, SigningKey::derive("secret", "20150830", "r", "iam").sign(b"x").as_ref());
    assert_eq!(get(&cache, "A", "20150830", "r", 1, "not asked for"), (false, first.clone()));
    for (id, date, region) in [("B", "20150830", "r"), ("A", "20150831", "r"), ("A", "20150830", "s")] {
        assert!(get(&cache, id, date, region, 1, "other").0);
    }
    assert_eq!(cache.len(), 4);
    assert_eq!(format!("{cache:?}"), "SigningKeyCache { len: 4, .. }");
}

#[test]
fn an_old_secret_is_never_served() {
    let cache = SigningKeyCache::default();
    let (_, old) = get(&cache, "A", "20150830", "r", 1, "old");
    let (asked, new) = get(&cache, "A", "20150830", "r", 2, "new");
    assert!(asked && new != old);
    assert_eq!(get(&cache, "A", "20150830", "r", 2, "x"), (false, new));
    assert_eq!(get(&cache, "A", "20150830", "r", 1, "old"), (true, old), "a reader of an older state");
    assert_eq!(cache.len(), 1);
}

#[test]
fn invalidation_is_by_the_whole_key_id() {
    let cache = SigningKeyCache::default();
    for id in ["A", "AB"] {
        for region in ["r", "s"] {
            get(&cache, id, "20150830", region, 1, "secret");
        }
    }
    cache.invalidate("A");
    assert_eq!(cache.len(), 2);
    assert!(get(&cache, "A", "20150830", "r", 1, "secret").0);
    assert!(!get(&cache, "AB", "20150830", "r", 1, "secret").0);
}

#[test]
fn a_secret_that_cannot_be_read_is_not_cached() {
    let cache = SigningKeyCache::default();
    let failed = presenting("A", "20150830", "r", |presented| {
        cache.get_or_try_derive(presented, 1, || Err::<String, _>("sealed")).map(|_| ())
    });
    assert_eq!(failed, Err("sealed"));
    assert!(cache.is_empty());
}

#[test]
fn the_cache_is_bounded_and_spraying_regions_hurts_the_sprayer() {
    let cache = SigningKeyCache::with_capacity(SHARDS * 4);
    let ids: Vec<String> = (0..200).map(|n| format!("ID{n}")).collect();
    for id in &ids {
        get(&cache, id, "20150829", "r", 1, "secret");
    }
    assert!(cache.len() <= SHARDS * 4);
    get(&cache, "VICTIM", "20150830", "r", 1, "secret");
    for nth in 0..500 {
        get(&cache, "SPRAYER", "20150830", &format!("r{nth}"), 1, "secret");
    }
    assert!(cache.len() <= SHARDS * 4);
    assert!(!get(&cache, "VICTIM", "20150830", "r", 1, "secret").0);

    let smallest = SigningKeyCache::with_capacity(0);
    for id in &ids {
        get(&smallest, id, "20150830", "r", 1, "secret");
    }
    assert!(smallest.len() <= SHARDS);
}

#[test]
fn threads_share_it() {
    let cache = SigningKeyCache::with_capacity(64);
    let expected = SigningKey::derive("secret", "20150830", "r1", "iam").sign(b"x").as_ref().to_vec();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for nth in 0..200 {
                    let (_, made) = get(&cache, "A", "20150830", &format!("r{}", nth % 3), 1, "secret");
                    assert!(nth % 3 != 1 || made == expected);
                    cache.invalidate(&format!("other{nth}"));
                }
            });
        }
    });
    assert_eq!(cache.len(), 3);
}
