"""A client of the API that reads, for the benchmarks."""

import http.client
import json
import sys
import urllib.parse


class Api:
    def __init__(self, url, token):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path, **query):
        query = {name: value for name, value in query.items() if value is not None}
        self.connection.request("GET", f"{path}?{urllib.parse.urlencode(query, doseq=True)}", headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"bench: {path} {query} answered {answer.status}: {body[:400]}")
        return json.loads(body)
