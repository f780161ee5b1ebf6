"""Bodies of resumable uploads are bytes like any others: schemathesis sends media types of its own list only."""

import schemathesis

schemathesis.serializer.alias(["application/offset+octet-stream", "application/partial-upload"], "application/octet-stream")
