"""A portal with the standard library of Python: three users in two accounts, each with an API token."""

import json
import os
import re
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKENS, SESSIONS = {}, {}


def add(persona, user_id, account_id, hosts=None):
    given = None if hosts else os.environ.get(f"PORTAL_{persona.upper()}_TOKEN")
    token = given or secrets.token_hex(16)
    TOKENS[token] = account_id, {
        "id": token,
        "name": f"Token of {persona}",
        "userId": user_id,
        "userEmail": f"{persona}@example.com",
        "createdAt": int(time.time() * 1000) - 86_400_000,
        "lastUsedAt": None,
        "restrictions": {"hosts": hosts} if hosts else None,
    }


class Portal(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        match = re.fullmatch(r"(?i:bearer) +([!-~]+)", self.headers.get("Authorization") or "")
        bearer = match and match[1]
        account, record = TOKENS.get(bearer) or (SESSIONS.get(bearer), None)
        if account is None:
            return self.answer(401, {"error": "unauthorized"}, {"WWW-Authenticate": "Bearer"})
        if self.path.split("?")[0] != "/api/portal/v1/apiTokens":
            return self.answer(404, {"error": "not found"})
        if record:
            record["lastUsedAt"] = int(time.time() * 1000)
        listed = [record for owner, record in TOKENS.values() if owner == account]
        return self.answer(200, listed, {"Cache-Control": "no-store"})

    def answer(self, status, body, headers={}):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


add("caller", 1, 1)
add("teammate", 2, 1)
add("outsider", 3, 2)
add("caller", 1, 1, hosts=["charts.example.com"])
if session := os.environ.get("PORTAL_CALLER_SESSION"):
    SESSIONS[session] = 1
ThreadingHTTPServer.request_queue_size = 128
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Portal)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
