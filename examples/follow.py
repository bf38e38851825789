#!/usr/bin/env python3
"""An independent client of deltad.v1: follows one topic, loses its connection, comes back and checks itself.

    python3 examples/follow.py URL TOPIC TOKEN [--cut-after 2] [--away 1] [--stop-after 2]

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


class Topic:
    """What is known of a topic. Outlives connections."""

    def __init__(self, topic):
        self.name = topic
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


async def follow(url, topic, token, updates):
    """One connection, until so many updates have come."""
    stream = url.rstrip("/").replace("http", "ws", 1) + "/v1/stream"
    async with websockets.connect(stream, subprotocols=["deltad.v1"]) as socket:
        # The token goes in the first frame: an address ends up in logs.
        await socket.send(json.dumps({"type": "authenticate", "token": token}))
        async for text in socket:
            frame = json.loads(text)
            kind = frame["type"]
            if kind == "welcome":
                subscribe = {"type": "subscribe", "id": "1", "topic": topic.name}
                if topic.cursor is not None:
                    subscribe["resume"] = topic.cursor
                await socket.send(json.dumps(subscribe))
            elif kind == "nack":
                raise SystemExit(f"refused: {frame['code']}")
            elif frame.get("topic") == topic.name and not topic.take(frame):
                await socket.send(json.dumps({"type": "snapshot", "id": "gap", "topic": topic.name}))
            if kind == "metrics_updated":
                updates -= 1
            if updates == 0:
                return


def rest_snapshot(url, topic, token):
    address = f"{url.rstrip('/')}/v1/topics/{topic.name}"
    request = urllib.request.Request(address, headers={"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


async def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("url")
    arguments.add_argument("topic")
    arguments.add_argument("token")
    arguments.add_argument("--cut-after", type=int, default=2)
    arguments.add_argument("--away", type=float, default=1)
    arguments.add_argument("--stop-after", type=int, default=2)
    options = arguments.parse_args()

    topic = Topic(options.topic)
    await follow(options.url, topic, options.token, options.cut_after)
    say(cut=topic.version)
    await asyncio.sleep(options.away)
    await follow(options.url, topic, options.token, options.stop_after)
    snapshot = rest_snapshot(options.url, topic, options.token)
    same = (snapshot["epoch"], snapshot["version"], snapshot["data"]) == (topic.epoch, topic.version, topic.data)
    say(same=same, version=topic.version)
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
