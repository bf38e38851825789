import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { linesOf } from "../../../demo/conversations/lines.ts";
import { conversationsOf } from "../../../demo/conversations/sample.ts";
import { OWNERS } from "../../../demo/owners.ts";

const NOW = Date.UTC(2026, 6, 15, 12);

describe("the sample's conversations", () => {
  const all = OWNERS.map((owner, index) => ({ owner, ...conversationsOf(index, NOW) }));

  it("are the same whenever they are made for the same owner and instant", () => {
    const { owner: _, ...first } = all[0] ?? assert.fail("there are no owners");
    assert.deepEqual(conversationsOf(0, NOW), first);
    assert.notDeepEqual(conversationsOf(1, NOW), first);
  });

  it("are some thousand messages, some put right and some taken back, and nothing later than now", () => {
    const messages = all.flatMap((one) => one.messages);
    assert.ok(messages.length > 3_000 && messages.length < 10_000, String(messages.length));
    const times = messages.flatMap(({ created_at, edited_at, deleted_at }) => [created_at, edited_at, deleted_at]);
    assert.ok(times.every((time) => time === null || Date.parse(time) <= NOW));
    for (const mark of ["edited_at", "deleted_at"] as const) {
      const share = messages.filter((message) => message[mark] !== null).length / messages.length;
      assert.ok(share > 0.01 && share < 0.1, `${mark}: ${share}`);
      assert.ok(messages.every((message) => (message[mark] ?? message.created_at) >= message.created_at));
    }
  });

  it("are rooms of an owner with one guest each, and groups; whoever says something is a member, and names tell members apart", () => {
    for (const { owner, people, conversations, members, messages } of all) {
      assert.equal(people[0], owner.name);
      assert.equal(new Set(people).size, people.length);
      assert.equal(new Set(conversations.map(({ title }) => title)).size, conversations.length);
      for (const { kind, title } of conversations) {
        const names = members.filter(({ conversation }) => conversation === title).map(({ name }) => name);
        assert.ok(kind === "room" ? names.length === 2 : names.length > 4, `${title}: ${names.length}`);
        assert.ok(names.includes(owner.name) && names.every((name) => people.includes(name)));
        const said = messages.filter(({ conversation }) => conversation === title);
        assert.ok(said.length > 3 && said.every(({ name }) => names.includes(name)), title);
      }
      const sizes = conversations.map(({ title }) => messages.filter((one) => one.conversation === title).length);
      assert.ok(Math.max(...sizes) > 150, "one has older messages than a page begins with");
    }
  });

  it("have an answer to every question in each language", () => {
    for (const language of ["en", "pt"] as const) {
      const { talk, notices, groups } = linesOf({ language });
      for (const line of [...talk.flat(), ...notices, ...groups]) assert.match(line, /\S/);
    }
  });
});
