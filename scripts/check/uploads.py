"""Photos sent by stock clients over a line that breaks, each read back: uploads.py URL SITE.json UPLOADS.mjs"""

import base64
import hashlib
import io
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import uuid

from tusclient.client import TusClient

url, site, script = sys.argv[1:4]
with open(site) as file:
    on_site = json.load(file)
token, visit = on_site["token"], on_site["visit"]
host, port = urllib.parse.urlparse(url).netloc.split(":")


class Breaking:
    """A line in front of the server that breaks after so many bytes on each of its first connections."""

    def __init__(self, breaks):
        self.breaks = list(breaks)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.broken = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            left = self.breaks.pop(0) if self.breaks else None
            far = socket.create_connection((host, int(port)))
            threading.Thread(target=self.back, args=(far, near), daemon=True).start()
            threading.Thread(target=self.forth, args=(near, far, left), daemon=True).start()

    @staticmethod
    def close(*ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def forth(self, near, far, left):
        try:
            while some := near.recv(16384 if left is None else min(16384, left)):
                far.sendall(some)
                if left is not None:
                    left -= len(some)
                    if left <= 0:
                        self.broken += 1
                        return
        except OSError:
            pass
        finally:
            self.close(near, far)

    def back(self, far, near):
        try:
            while some := far.recv(65536):
                near.sendall(some)
        except OSError:
            pass
        finally:
            self.close(near, far)


def uuid7():
    head = int(time.time() * 1000).to_bytes(6, "big")
    raw = bytearray(head + os.urandom(10))
    raw[6], raw[8] = 0x70 | raw[6] & 0x0F, 0x80 | raw[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(raw)))


def ask(method, path, body=None, headers=None):
    request = urllib.request.Request(url + path, body, {"Authorization": f"Bearer {token}", **(headers or {})}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def declared(size):
    """A photo of noise, declared; its id and bytes."""
    photo, data = uuid7(), b"\xff\xd8\xff\xe0" + os.urandom(size - 4)
    now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    body = {"visit": visit, "item": None, "subject": "scene", "caption": "", "sha256": hashlib.sha256(data).hexdigest(), "size_bytes": size,
            "media_type": "image/jpeg", "captured_at": now, "device_clock": now, "origin": "camera", "position": None}
    ask("PUT", f"/v1/photos/{photo}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    return photo, data


def breaks(count, size):
    # The heads, too, may be cut.
    return [random.randrange(200, size) for _ in range(count)]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def by_tus_js(chunk):
    def send(photo, data, line):
        with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
            file.write(data)
            file.flush()
            run("node", script, f"{line.url}/v1/uploads", token, photo, file.name, *([chunk] if chunk else []))
    return send


def by_tuspy(**options):
    def send(photo, data, line):
        client = TusClient(f"{line.url}/v1/uploads", headers={"Authorization": f"Bearer {token}"})
        for tries in range(40):
            try:
                client.uploader(file_stream=io.BytesIO(data), metadata={"photo": photo}, retries=30, retry_delay=0.05, **options).upload()
                return
            except Exception:
                if tries == 39:
                    raise
                time.sleep(0.05)
    return send


def by_curl(photo, data, line):
    heads = ["-H", f"Authorization: Bearer {token}", "-H", "Tus-Resumable: 1.0.0"]
    said = run("curl", "-sS", "-i", "--retry", "9", "--retry-all-errors", "--retry-delay", "0", "-X", "POST", *heads, "-H", f"Upload-Length: {len(data)}", f"{line.url}/v1/uploads?photo={photo}")
    place = next(row.split(": ", 1)[1].strip() for row in said.splitlines() if row.lower().startswith("location:"))
    for _ in range(40):
        said = run("curl", "-sS", "-I", "--retry", "9", "--retry-all-errors", "--retry-delay", "0", *heads, line.url + place)
        offset = int(next(row.split(": ")[1] for row in said.splitlines() if row.lower().startswith("upload-offset:")))
        if offset == len(data):
            return
        with tempfile.NamedTemporaryFile() as file:
            file.write(data[offset:])
            file.flush()
            subprocess.run(["curl", "-sS", "-o", "/dev/null", "-X", "PATCH", *heads, "-H", "Content-Type: application/offset+octet-stream",
                            "-H", f"Upload-Offset: {offset}", "-T", file.name, line.url + place], capture_output=True, timeout=60)
    raise AssertionError("curl came to no end")


def head_of(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = stream.recv(1)
        if not byte:
            raise ConnectionError("cut")
        head += byte
    first, *rest = head.decode().split("\r\n")
    return int(first.split(" ")[1]), {row.split(": ", 1)[0].lower(): row.split(": ", 1)[1] for row in rest if ": " in row}


def by_draft(photo, data, line):
    """As a system's client does: the bytes follow the head at once, the place is learnt from 104, and only a cut line is resumed."""
    place, offset, tries = None, 0, 0
    while True:
        tries += 1
        assert tries < 60, "the draft's client came to no end"
        near = urllib.parse.urlparse(line.url).netloc
        name, number = near.split(":")
        try:
            with socket.create_connection((name, int(number)), timeout=30) as stream:
                common = f"Host: {near}\r\nAuthorization: Bearer {token}\r\nUpload-Draft-Interop-Version: 8\r\n"
                if place and offset is None:
                    stream.sendall(f"HEAD {place} HTTP/1.1\r\n{common}\r\n".encode())
                    status, told = head_of(stream)
                    assert status == 200, status
                    if told["upload-complete"] == "?1":
                        return
                    offset = int(told["upload-offset"])
                    continue
                if place:
                    head = f"PATCH {place} HTTP/1.1\r\nContent-Type: application/partial-upload\r\nUpload-Offset: {offset}\r\n"
                else:
                    head = f"POST /v1/uploads?photo={photo} HTTP/1.1\r\nContent-Type: image/jpeg\r\n"
                stream.sendall(f"{head}{common}Upload-Complete: ?1\r\nContent-Length: {len(data) - (offset or 0)}\r\n\r\n".encode())
                if not place:
                    status, told = head_of(stream)
                    assert status == 104 or (status in (200, 201) and told["upload-complete"] == "?1"), (status, told)
                    place = told["location"]
                    if status != 104:
                        return
                stream.sendall(data[offset or 0:])
                status, told = head_of(stream)
                while status < 200:
                    status, told = head_of(stream)
                if status == 409 and place and "upload-offset" in told:
                    # What was sent before the break came later than the question how far it got.
                    offset = int(told["upload-offset"])
                    continue
                assert status in (200, 201) and told["upload-complete"] == "?1", (status, told)
                return
        except OSError:
            offset = None if place else 0


CLIENTS = {
    "tus-js-client": by_tus_js(""),
    "tus-js-client in chunks": by_tus_js("300000"),
    "tuspy": by_tuspy(chunk_size=10_000_000),
    "tuspy with checksums": by_tuspy(chunk_size=150_000, upload_checksum=True),
    "curl": by_curl,
    "the IETF draft": by_draft,
}

for name, send in CLIENTS.items():
    began, broken = time.monotonic(), 0
    for count in (0, 5):
        size = random.randrange(900_000, 1_400_000)
        photo, data = declared(size)
        line = Breaking(breaks(count, size // 2))
        send(photo, data, line)
        broken += line.broken
        assert ask("GET", f"/v1/photos/{photo}/original") == data, f"{name}: another photo than was sent"
    print(f"uploads: {name}: 2 photos held, the line broke {broken} times, {time.monotonic() - began:.1f} s")
