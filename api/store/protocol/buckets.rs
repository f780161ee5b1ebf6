//! Buckets: make, find, list, delete; and the pages of their keys.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::{
    Bucket, CommonPrefix, CreateBucketInput, CreateBucketOutput, DeleteBucketInput, DeleteBucketOutput,
    EncodingType, GetBucketLocationInput, GetBucketLocationOutput, HeadBucketInput, HeadBucketOutput,
    ListBucketsInput, ListBucketsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass, Owner,
};
use s3s::{S3Request, S3Response, S3Result};

use super::words::{length, tag, time};
use crate::disk::{Store, on_disk_thread};
use crate::fault::Fault;
use crate::list::{Page, Query, page, url_encoded};

/// Keys on one page at most, as on S3.
const LARGEST_PAGE: i32 = 1000;
/// The one account there is.
pub(super) const OWNER: &str = "fieldproof";

pub(super) fn owner() -> Owner {
    Owner { display_name: Some(OWNER.to_owned()), id: Some(OWNER.to_owned()) }
}

pub(super) async fn list_buckets(
    store: &Arc<Store>,
    request: S3Request<ListBucketsInput>,
) -> S3Result<S3Response<ListBucketsOutput>> {
    let prefix = request.input.prefix.unwrap_or_default();
    let index = store.index();
    let held = index.buckets.iter().filter(|(name, _)| name.starts_with(&prefix));
    let buckets = held.map(|(name, bucket)| Bucket {
        creation_date: Some(time(bucket.created_ms)),
        name: Some(name.clone()),
        ..Bucket::default()
    });
    let buckets = Some(buckets.collect());
    Ok(S3Response::new(ListBucketsOutput { buckets, owner: Some(owner()), ..ListBucketsOutput::default() }))
}

pub(super) async fn create_bucket(
    store: &Arc<Store>,
    request: S3Request<CreateBucketInput>,
) -> S3Result<S3Response<CreateBucketOutput>> {
    let name = request.input.bucket;
    let location = Some(format!("/{name}"));
    let store = Arc::clone(store);
    on_disk_thread(move || store.create_bucket(&name)).await?;
    Ok(S3Response::new(CreateBucketOutput { location }))
}

pub(super) async fn head_bucket(
    store: &Arc<Store>,
    request: S3Request<HeadBucketInput>,
) -> S3Result<S3Response<HeadBucketOutput>> {
    store.index().bucket(&request.input.bucket)?;
    Ok(S3Response::new(HeadBucketOutput::default()))
}

pub(super) async fn delete_bucket(
    store: &Arc<Store>,
    request: S3Request<DeleteBucketInput>,
) -> S3Result<S3Response<DeleteBucketOutput>> {
    let store = Arc::clone(store);
    on_disk_thread(move || store.delete_bucket(&request.input.bucket)).await?;
    Ok(S3Response::new(DeleteBucketOutput::default()))
}

pub(super) async fn get_bucket_location(
    store: &Arc<Store>,
    request: S3Request<GetBucketLocationInput>,
) -> S3Result<S3Response<GetBucketLocationOutput>> {
    store.index().bucket(&request.input.bucket)?;
    Ok(S3Response::new(GetBucketLocationOutput::default()))
}

/// What both versions of the listing have in common.
struct Asked {
    prefix: Option<String>,
    delimiter: Option<String>,
    encoding: Option<EncodingType>,
    limit: i32,
}

impl Asked {
    fn new(
        prefix: Option<String>,
        delimiter: Option<String>,
        encoding: Option<EncodingType>,
        max_keys: Option<i32>,
    ) -> Result<Self, Fault> {
        let limit = max_keys.unwrap_or(LARGEST_PAGE);
        if limit < 0 {
            return Err(Fault::Invalid("max-keys must not be negative"));
        }
        Ok(Self { prefix, delimiter, encoding, limit: limit.min(LARGEST_PAGE) })
    }

    fn page(&self, store: &Store, bucket: &str, after: Option<&str>) -> Result<Page, Fault> {
        let index = store.index();
        let query = Query {
            prefix: self.prefix.as_deref().unwrap_or_default(),
            delimiter: self.delimiter.as_deref().unwrap_or_default(),
            after: after.filter(|after| !after.is_empty()),
            limit: usize::try_from(self.limit).unwrap_or(0),
        };
        Ok(page(&index.bucket(bucket)?.objects, query))
    }

    fn spell(&self, key: &str) -> String {
        let url = self.encoding.as_ref().is_some_and(|e| e.as_str() == EncodingType::URL);
        if url { url_encoded(key) } else { key.to_owned() }
    }

    fn objects(&self, page: &Page, with_owner: bool) -> Vec<Object> {
        let object = |(key, entry): &(String, crate::index::Entry)| Object {
            e_tag: Some(tag(&entry.etag)),
            key: Some(self.spell(key)),
            last_modified: Some(time(entry.modified_ms)),
            owner: with_owner.then(owner),
            size: length(entry.size),
            storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
            ..Object::default()
        };
        page.entries.iter().map(object).collect()
    }

    fn prefixes(&self, page: &Page) -> Option<Vec<CommonPrefix>> {
        let spelled = page.prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(self.spell(prefix)) });
        Some(spelled.collect::<Vec<_>>()).filter(|prefixes| !prefixes.is_empty())
    }
}

pub(super) async fn list_objects(
    store: &Arc<Store>,
    request: S3Request<ListObjectsInput>,
) -> S3Result<S3Response<ListObjectsOutput>> {
    let input = request.input;
    let asked = Asked::new(input.prefix, input.delimiter, input.encoding_type, input.max_keys)?;
    let page = asked.page(store, &input.bucket, input.marker.as_deref())?;
    Ok(S3Response::new(ListObjectsOutput {
        common_prefixes: asked.prefixes(&page),
        contents: Some(asked.objects(&page, true)),
        delimiter: asked.delimiter.as_deref().map(|d| asked.spell(d)),
        is_truncated: Some(page.next.is_some()),
        marker: Some(input.marker.as_deref().map(|m| asked.spell(m)).unwrap_or_default()),
        max_keys: Some(asked.limit),
        name: Some(input.bucket),
        next_marker: page.next.as_deref().map(|next| asked.spell(next)),
        prefix: Some(asked.prefix.as_deref().map(|p| asked.spell(p)).unwrap_or_default()),
        encoding_type: asked.encoding,
        ..ListObjectsOutput::default()
    }))
}

pub(super) async fn list_objects_v2(
    store: &Arc<Store>,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<S3Response<ListObjectsV2Output>> {
    let input = request.input;
    let asked = Asked::new(input.prefix, input.delimiter, input.encoding_type, input.max_keys)?;
    let after = match &input.continuation_token {
        None => input.start_after.clone(),
        Some(token) => Some(
            URL_SAFE_NO_PAD
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or(Fault::Invalid("the continuation token was not given by this store"))?,
        ),
    };
    let page = asked.page(store, &input.bucket, after.as_deref())?;
    let contents = asked.objects(&page, input.fetch_owner == Some(true));
    Ok(S3Response::new(ListObjectsV2Output {
        key_count: i32::try_from(contents.len() + page.prefixes.len()).ok(),
        common_prefixes: asked.prefixes(&page),
        contents: Some(contents),
        continuation_token: input.continuation_token,
        delimiter: asked.delimiter.as_deref().map(|d| asked.spell(d)),
        is_truncated: Some(page.next.is_some()),
        max_keys: Some(asked.limit),
        name: Some(input.bucket),
        next_continuation_token: page.next.as_deref().map(|next| URL_SAFE_NO_PAD.encode(next)),
        prefix: Some(asked.prefix.as_deref().map(|p| asked.spell(p)).unwrap_or_default()),
        start_after: input.start_after.as_deref().map(|s| asked.spell(s)),
        encoding_type: asked.encoding,
        ..ListObjectsV2Output::default()
    }))
}
