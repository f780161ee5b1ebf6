// Sends a file with tus-js-client: uploads.mjs ENDPOINT TOKEN PHOTO FILE [CHUNK]. Prints how often it tried again.
import { readFileSync } from "node:fs";
import { Upload } from "tus-js-client";

const [endpoint, token, photo, file, chunk] = process.argv.slice(2);
let again = 0;
const upload = new Upload(readFileSync(file), {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { photo, filename: "ảnh.jpg" },
  chunkSize: chunk ? Number(chunk) : Infinity,
  uploadDataDuringCreation: chunk === "0",
  retryDelays: Array(40).fill(50),
  onShouldRetry: () => {
    again += 1;
    return true;
  },
  onError: (why) => {
    console.error(String(why));
    process.exit(1);
  },
  onSuccess: () => console.log(again),
});
upload.start();
