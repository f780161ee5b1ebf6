"""Sign in as a third-party phone does (authorization code with PKCE) and print an access token.

    token.py URL LOGIN VARIABLE_WITH_PASSWORD

FIELDPROOF_CHECK_CLIENT and FIELDPROOF_CHECK_REDIRECT name the registered client (a public one with a loopback
redirect). The form on the sign-in page is read as a browser would read it, so that only what people see is relied on.
"""

import base64
import hashlib
import http.cookiejar
import json
import os
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

CLIENT = os.environ.get("FIELDPROOF_CHECK_CLIENT", "fieldproof-phone")
REDIRECT = os.environ.get("FIELDPROOF_CHECK_REDIRECT", "http://127.0.0.1:49152/callback")


class Forms(HTMLParser):
    """All forms of a page: action, method, fields with their types and values."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append({"action": attrs.get("action", ""), "method": attrs.get("method", "get").lower(), "fields": []})
        elif tag in ("input", "button") and self.forms and attrs.get("name"):
            kind = attrs.get("type", "submit" if tag == "button" else "text")
            self.forms[-1]["fields"].append((attrs["name"], kind, attrs.get("value", "")))


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are followed by hand: the last one goes to an address where nobody listens."""

    def redirect_request(self, *_):
        return None


def main():
    base, login, variable = sys.argv[1:4]
    password = os.environ[variable]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), Stay)

    def ask(url, data=None):
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(url, body, {"Origin": base} if body else {})
        try:
            answer = browser.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read().decode(errors="replace")

    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    state = secrets.token_urlsafe(12)
    url = f"{base}/oauth/authorize?" + urllib.parse.urlencode({"response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT, "state": state,
                                                              "code_challenge": challenge, "code_challenge_method": "S256"})
    data = None
    for _ in range(10):
        status, headers, page = ask(url, data)
        data = None
        if status in (301, 302, 303, 307, 308):
            url = urllib.parse.urljoin(url, headers["Location"])
            if url.startswith(REDIRECT):
                break
            continue
        forms = [form for form in Forms(page).forms if form["method"] == "post"]
        form = next((form for form in forms if any(kind == "password" for _, kind, _ in form["fields"])), forms[0] if forms else None)
        if form is None or status >= 400:
            sys.exit(f"token: {url} answered {status} with no form to go on with:\n{page[:600]}")
        data, named = {}, False
        for name, kind, value in form["fields"]:
            if kind == "password":
                data[name] = password
            elif kind in ("text", "email") and not named:
                data[name], named = login, True
            elif kind == "hidden" or (kind == "submit" and name not in data):
                data[name] = value
        url = urllib.parse.urljoin(url, form["action"])
    else:
        sys.exit("token: signing in went round in circles")
    answer = urllib.parse.parse_qs(urllib.parse.urlparse(url).query)
    if answer.get("state") != [state] or "code" not in answer:
        sys.exit(f"token: the redirect carried no code for our state: {answer.get('error')} {answer.get('error_description')}")
    status, _, body = ask(f"{base}/oauth/token", {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": REDIRECT,
                                                  "client_id": CLIENT, "code_verifier": verifier})
    if status != 200:
        sys.exit(f"token: the token endpoint answered {status}: {body[:600]}")
    print(json.loads(body)["access_token"])


main()
