//! What we rely on in an S3 server, told through our own client; on our store, and on any other by
//! `FIELDPROOF_TEST_FOREIGN_S3=http://key:secret@host:port`.

use bytes::Bytes;
use fieldproof::config::{S3Config, Secret};
use fieldproof::domain::ids::{OwnerId, PhotoId, UploadId};
use fieldproof::domain::photo::{Arrived, Sha256};
use fieldproof::media::{Before, Key, Media, Part, PutError, Span};
use futures::{StreamExt, stream};
use sha2::Digest;
use std::convert::Infallible;
use uuid::Uuid;

fn media(endpoint: &str, key: &str, secret: &str) -> Media {
    Media::open(&S3Config {
        endpoint: Some(endpoint.to_owned()),
        region: "us-east-1".to_owned(),
        bucket: format!("contract-{}", Uuid::new_v4().simple()),
        access_key_id: key.to_owned(),
        secret_access_key: Secret::new(secret.to_owned()),
        path_style: true,
    })
}

fn key_of(sha256: Sha256) -> Key {
    Key::Original { owner: OwnerId(Uuid::new_v4()), photo: PhotoId(Uuid::now_v7()), sha256 }
}

fn digest(bytes: &[u8]) -> Sha256 {
    Sha256(sha2::Sha256::digest(bytes).into())
}

fn body(bytes: &[u8]) -> impl futures::Stream<Item = Result<Bytes, Infallible>> + use<> {
    let chunks: Vec<_> = bytes.chunks(50_000).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    stream::iter(chunks)
}

async fn read(media: &Media, key: &Key, span: Option<Span>) -> Vec<u8> {
    let (size, chunks) = media.get(key, span).await.expect("the object is there");
    let bytes: Vec<Bytes> = chunks.map(|chunk| chunk.expect("a chunk")).collect().await;
    let bytes = bytes.concat();
    assert_eq!(u64::try_from(bytes.len()).unwrap(), size);
    bytes
}

/// Everything, in one go.
async fn suite(media: &Media) {
    media.ensure_bucket().await.expect("a bucket is made");
    media.ensure_bucket().await.expect("and is there the second time");
    media.ping().await.expect("it answers");

    let bytes: Vec<u8> = (0..3_000_001_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let promised = Arrived { size_bytes: 3_000_001, sha256: digest(&bytes) };
    let key = key_of(promised.sha256);
    assert_eq!(media.head(&key).await.unwrap(), None);

    // A body that breaks off, and one that is not what it should be, stay invisible.
    let broken = body(&bytes[..2_000_000]).map(|c| c.map_err(|_| "gone")).chain(stream::iter([Err("gone")]));
    let refused = media.put_stream((&key, Before::Same), promised, "image/jpeg", broken).await;
    assert!(matches!(refused, Err(PutError::BrokeOff(_))), "{refused:?}");
    let mut wrong = bytes.clone();
    wrong[1_000_000] ^= 1;
    let refused = media.put_stream((&key, Before::Same), promised, "image/jpeg", body(&wrong)).await;
    assert!(matches!(refused, Err(PutError::Mismatch(_))), "{refused:?}");
    assert_eq!(media.head(&key).await.unwrap(), None);

    // A sized stream with its digest, then the same again: there already is as good as kept.
    media.put_stream((&key, Before::Same), promised, "image/jpeg", body(&bytes)).await.expect("kept");
    media.put_stream((&key, Before::Same), promised, "image/jpeg", body(&bytes)).await.expect("held");
    let refused = media.put_stream((&key, Before::Same), promised, "image/jpeg", body(&wrong)).await;
    assert!(matches!(refused, Err(PutError::Mismatch(_))), "{refused:?}");
    assert_eq!(read(media, &key, None).await, bytes);
    let span = Span { first: 100, last: 199 };
    assert_eq!(read(media, &key, Some(span)).await, &bytes[100..200]);
    let held = media.head(&key).await.unwrap().expect("it is there");
    assert_eq!(held.size_bytes, promised.size_bytes);
    if let Some(sha256) = held.sha256 {
        assert_eq!(sha256, promised.sha256);
    }

    // Racing first uploads: all succeed, one object.
    let racing = key_of(promised.sha256);
    let puts =
        (0..4).map(|_| media.put_stream((&racing, Before::Same), promised, "image/jpeg", body(&bytes)));
    for put in futures::future::join_all(puts).await {
        put.expect("kept or held");
    }
    assert_eq!(read(media, &racing, None).await, bytes);

    // Small objects are written over.
    let small = key_of(Sha256([1; 32]));
    media.put_bytes(&small, "image/jpeg", "one".into()).await.unwrap();
    media.put_bytes(&small, "image/jpeg", "two".into()).await.unwrap();
    assert_eq!(read(media, &small, None).await, b"two");

    // Pieces, each as the chunks it came in, read back one behind the other.
    let upload = UploadId(Uuid::now_v7());
    let (mut parts, mut from) = (Vec::new(), 0);
    for piece in bytes.chunks(1_700_000) {
        let part =
            Part { key: Key::Piece { upload, from, epoch: 1 }, length: piece.len().try_into().unwrap() };
        let chunks = piece.chunks(50_000).map(Bytes::copy_from_slice).collect();
        media.put_part(part, chunks).await.expect("a piece is kept");
        from += part.length;
        parts.push(part);
    }
    let back: Vec<Bytes> =
        media.read_parts(parts.clone()).map(|chunk| chunk.expect("a chunk")).collect().await;
    assert_eq!((parts.len(), back.concat()), (2, bytes));
    media.delete_parts(&parts).await.unwrap();

    let (listed, next) = media.list("originals/", None).await.unwrap();
    assert_eq!((listed.len(), next), (3, None));
    assert!(media.list("originals/x", None).await.unwrap().0.is_empty());
    for object in &listed {
        media.delete_listed(object).await.unwrap();
    }
    media.delete(&key).await.expect("what is gone is gone");
    assert_eq!(media.head(&key).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_store_does_what_we_rely_on() {
    let folder = std::env::temp_dir().join(format!("fieldproof-contract-{}", Uuid::new_v4().simple()));
    let config = fieldproof_store::StoreConfig::new(&folder, ([127, 0, 0, 1], 0).into(), "key", "secret");
    let store = fieldproof_store::start(config).await.expect("the store starts");
    suite(&media(&format!("http://{}", store.address), "key", "secret")).await;
    store.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_store_does_what_we_rely_on() {
    let url = std::env::var("FIELDPROOF_TEST_FOREIGN_S3")
        .expect("FIELDPROOF_TEST_FOREIGN_S3 names an S3 server that is not ours; scripts/check/foreign-store starts one");
    let (scheme, rest) = url.split_once("://").expect("http://key:secret@host:port");
    let (keys, host) = rest.rsplit_once('@').expect("keys before the host");
    let (key, secret) = keys.split_once(':').expect("key:secret");
    suite(&media(&format!("{scheme}://{host}"), key, secret)).await;
}
