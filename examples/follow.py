#!/usr/bin/env python3
"""An independent client of deltad.v1: follows one topic, loses its connection, comes back and checks itself.

    python3 examples/follow.py URL TOPIC TOKEN [--cut-after 2] [--away 1] [--stop-after 2] [--write OPERATIONS]

Materialises the metrics from merge patches, or the rows of a channel from what becomes of them; cuts its socket after so many updates, stays
away, resumes with its cursor, and after so many further updates compares what it has with what REST gives for the same epoch and version.
Of a channel it also says who is there and who types, whenever that changes. OPERATIONS, a JSON array as `operate` takes it but for `seq` and
`topic`, are done at the first connection and sent again at the second where they have no answer; each answer is said with what is then shown.
Every line of output is a JSON object. Exits with 0 if the two are equal. Needs Debian's python3-websockets alone.
"""

import argparse
import asyncio
import json
import urllib.request
import uuid

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


def shown(sets):
    """The rows of a channel as a client shows them: by set, in order of their positions, which compare as texts."""
    return {name: sorted(items, key=lambda item: item[1]) for name, items in sets.items()}


class Topic:
    """What is known of a topic. Outlives connections."""

    def __init__(self, topic):
        self.name = topic
        self.epoch = self.version = self.cursor = self.data = None
        self.seen = set()
        self.lowest = {}
        self.users = {}
        # Kept until each has its answer: an operation that is sent again is not done again.
        self.client = str(uuid.uuid4())
        self.unanswered = {}

    def take(self, frame):
        """Applies a frame. False if it does not fit: then a snapshot must be asked for."""
        kind = frame["type"]
        if kind == "metrics_updated":
            if (self.epoch, self.version) != (frame["epoch"], frame["previous"]):
                return False
            self.data = merge(self.data, frame["data"])
        elif kind == "snapshot":
            self.data = frame["data"]
        elif kind == "rows":
            self.data = {name: rows["items"] for name, rows in frame["sets"].items()}
            self.lowest = {name: rows["from"] or "" for name, rows in frame["sets"].items()}
        elif kind == "rows_changed":
            if (self.epoch, self.version) != (frame["epoch"], frame["previous"]):
                return False
            for change in frame["changes"]:
                self.change(*change)
            self.settle(frame.get("ops", []))
        elif kind == "presence":
            self.attend(frame)
        elif kind == "typing":
            say(typing=frame["users"])
        elif "id" in frame and "cursor" in frame:
            # An event of the configuration, whatever it is called. It may come twice, by the same id.
            if frame["id"] not in self.seen:
                self.seen.add(frame["id"])
                say(event=kind, id=frame["id"], data=frame["data"])
        if kind in ("snapshot", "metrics_updated", "rows", "rows_changed"):
            self.epoch, self.version = frame["epoch"], frame["version"]
            say(document=kind, version=self.version, recovered=frame.get("recovered"))
        self.cursor = frame.get("cursor", self.cursor)
        return True

    def change(self, name, what, key, position=None, row=None):
        """What became of a row. One that is older than all that are held, and not held itself, is none of ours."""
        rows = [item for item in self.data.get(name, []) if item[0] != key]
        if what != "deleted" and position >= self.lowest.get(name, ""):
            rows.append([key, position, row])
        self.data[name] = rows

    def write(self, operations):
        for operation in operations:
            seq = len(self.unanswered) + 1
            self.unanswered[seq] = {"seq": seq, "topic": self.name, **operation}

    def settle(self, answers):
        """What became of operations, those of this client: with the frame that told it all that they did is there."""
        for answer in answers:
            if answer["client"] != self.client or answer["outcome"] in ("retry", "gap"):
                continue
            if self.unanswered.pop(answer["seq"], None) is not None:
                say(answer=answer, shown=shown(self.data))

    def attend(self, frame):
        """Who is there: all of them, or what has changed; with none of it they are too many to be told, but for their number."""
        if "users" in frame or not {"joined", "updated", "left"} & frame.keys():
            self.users = {}
        for user, about in frame.get("users", []) + frame.get("joined", []) + frame.get("updated", []):
            self.users[user] = about
        for user in frame.get("left", []):
            self.users.pop(user, None)
        say(count=frame["count"], users=self.users, partial=frame.get("partial", False))


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
            elif kind == "topic_closed" and frame["topic"] == topic.name:
                raise SystemExit(f"closed: {frame['reason']}")
            elif kind == "operated":
                topic.settle(frame["answers"])
            elif frame.get("topic") == topic.name and not topic.take(frame):
                await socket.send(json.dumps({"type": "snapshot", "id": "gap", "topic": topic.name}))
            if kind == "rows" and topic.unanswered:
                # Also after a reconnect: rows may have come in place of the frame that had the answer.
                operations = list(topic.unanswered.values())
                operate = {"type": "operate", "id": "write", "client": topic.client, "operations": operations}
                await socket.send(json.dumps(operate))
            if kind in ("metrics_updated", "rows_changed"):
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
    arguments.add_argument("--write", type=json.loads, default=[])
    options = arguments.parse_args()

    topic = Topic(options.topic)
    topic.write(options.write)
    await follow(options.url, topic, options.token, options.cut_after)
    say(cut=topic.version)
    await asyncio.sleep(options.away)
    await follow(options.url, topic, options.token, options.stop_after)
    snapshot = rest_snapshot(options.url, topic, options.token)
    if snapshot["type"] == "rows":
        # REST holds the newest; this client may still have older ones, which stood there when it came.
        theirs = shown({name: rows["items"] for name, rows in snapshot["sets"].items()})
        ours = {name: rows[-len(theirs[name]) :] if theirs[name] else [] for name, rows in shown(topic.data).items()}
    else:
        theirs, ours = snapshot["data"], topic.data
    same = (snapshot["epoch"], snapshot["version"], theirs) == (topic.epoch, topic.version, ours)
    say(same=same, version=topic.version)
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
