#!/usr/bin/env python3
"""An independent client of deltad.v1: follows one owner, loses its connection, comes back and checks itself.

    python3 examples/follow.py URL OWNER TOKEN [--cut-after 2] [--away 1] [--stop-after 2]

Materialises the metrics from merge patches, cuts its socket after so many updates, stays away, resumes with its cursor,
and after so many further updates compares its document with the one that REST gives for the same epoch and version.
Every line of output is a JSON object. Exits with 0 if the two are equal. Needs Debian's python3-websockets alone.
"""

import argparse
import asyncio
import json
import urllib.request

import websockets


def merge(target, patch):
    """JSON Merge Patch (RFC 7396); what is not an object replaces, null removes."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def say(**line):
    print(json.dumps(line), flush=True)


class Owner:
    """What is known of an owner. Outlives connections."""

    def __init__(self, owner):
        self.id = owner
        self.epoch = self.version = self.cursor = self.data = None
        self.seen = set()

    def take(self, frame):
        """Applies a frame. False if it does not fit: then a snapshot must be asked for."""
        kind = frame["type"]
        if kind == "metrics_updated":
            if (self.epoch, self.version) != (frame["epoch"], frame["previous"]):
                return False
            self.data = merge(self.data, frame["data"])
        elif kind == "snapshot":
            self.data = frame["data"]
        elif "id" in frame and "cursor" in frame:
            # An event of the configuration, whatever it is called. It may come twice, by the same id.
            if frame["id"] not in self.seen:
                self.seen.add(frame["id"])
                say(event=kind, id=frame["id"], data=frame["data"])
        if kind in ("snapshot", "metrics_updated"):
            self.epoch, self.version = frame["epoch"], frame["version"]
            say(document=kind, version=self.version, recovered=frame.get("recovered"))
        self.cursor = frame.get("cursor", self.cursor)
        return True


async def follow(url, owner, token, updates):
    """One connection, until so many updates have come."""
    stream = url.rstrip("/").replace("http", "ws", 1) + "/v1/stream"
    async with websockets.connect(stream, subprotocols=["deltad.v1"]) as socket:
        # The token goes in the first frame: an address ends up in logs.
        await socket.send(json.dumps({"type": "authenticate", "token": token}))
        async for text in socket:
            frame = json.loads(text)
            kind = frame["type"]
            if kind == "welcome":
                subscribe = {"type": "subscribe", "id": "1", "ownerId": owner.id}
                if owner.cursor is not None:
                    subscribe["resume"] = owner.cursor
                await socket.send(json.dumps(subscribe))
            elif kind == "nack":
                raise SystemExit(f"refused: {frame['code']}")
            elif frame.get("ownerId") == owner.id and not owner.take(frame):
                await socket.send(json.dumps({"type": "snapshot", "id": "gap", "ownerId": owner.id}))
            if kind == "metrics_updated":
                updates -= 1
            if updates == 0:
                return


def rest_snapshot(url, owner, token):
    address = f"{url.rstrip('/')}/v1/owners/{owner.id}/metrics"
    request = urllib.request.Request(address, headers={"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


async def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("url")
    arguments.add_argument("owner")
    arguments.add_argument("token")
    arguments.add_argument("--cut-after", type=int, default=2)
    arguments.add_argument("--away", type=float, default=1)
    arguments.add_argument("--stop-after", type=int, default=2)
    options = arguments.parse_args()

    owner = Owner(options.owner)
    await follow(options.url, owner, options.token, options.cut_after)
    say(cut=owner.version)
    await asyncio.sleep(options.away)
    await follow(options.url, owner, options.token, options.stop_after)
    snapshot = rest_snapshot(options.url, owner, options.token)
    same = (snapshot["epoch"], snapshot["version"], snapshot["data"]) == (owner.epoch, owner.version, owner.data)
    say(same=same, version=owner.version)
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
