//! S3's words: the trait of the protocol crate, and how its requests read as requests to the store.

mod buckets;
mod objects;
mod uploads;
mod words;

use std::sync::Arc;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateBucketInput, CreateBucketOutput,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteBucketInput, DeleteBucketOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, GetBucketLocationInput,
    GetBucketLocationOutput, GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput,
    HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output,
    ListPartsInput, ListPartsOutput, PutObjectInput, PutObjectOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result};

use crate::disk::Store;

/// The store as the protocol crate sees it; what is not named here answers 501.
pub(crate) struct Door {
    store: Arc<Store>,
}

impl Door {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { store }
    }
}

/// One line per operation: the request goes to the function of the same name.
macro_rules! operations {
    ($($name:ident: $input:ty => $output:ty, $room:ident;)*) => {
        #[async_trait::async_trait]
        impl S3 for Door {
            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                $room::$name(&self.store, request).await
            })*
        }
    };
}

operations! {
    list_buckets: ListBucketsInput => ListBucketsOutput, buckets;
    create_bucket: CreateBucketInput => CreateBucketOutput, buckets;
    head_bucket: HeadBucketInput => HeadBucketOutput, buckets;
    delete_bucket: DeleteBucketInput => DeleteBucketOutput, buckets;
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput, buckets;
    list_objects: ListObjectsInput => ListObjectsOutput, buckets;
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output, buckets;
    put_object: PutObjectInput => PutObjectOutput, objects;
    get_object: GetObjectInput => GetObjectOutput, objects;
    head_object: HeadObjectInput => HeadObjectOutput, objects;
    copy_object: CopyObjectInput => CopyObjectOutput, objects;
    delete_object: DeleteObjectInput => DeleteObjectOutput, objects;
    delete_objects: DeleteObjectsInput => DeleteObjectsOutput, objects;
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput, uploads;
    upload_part: UploadPartInput => UploadPartOutput, uploads;
    complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput, uploads;
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput, uploads;
    list_parts: ListPartsInput => ListPartsOutput, uploads;
    list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput, uploads;
}
