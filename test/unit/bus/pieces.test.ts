import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { piecesOf, Reassembly } from "../../../daemon/bus/pieces.ts";

const messages = fc
  .array(fc.tuple(fc.nat(20_000), fc.nat(255)), { minLength: 1, maxLength: 6 })
  .map((all) => all.map(([length, byte]) => Buffer.alloc(length, byte)));
const taken = (reassembly: Reassembly, pieces: readonly string[]): string[] =>
  pieces.flatMap((piece) => reassembly.take(piece)).map((message) => Buffer.from(message).toString("hex"));
const hex = (all: readonly Uint8Array[]): string[] => all.map((message) => Buffer.from(message).toString("hex"));

it("Messages are cut into texts that a notification carries, and put together again", () => {
  fc.assert(
    fc.property(messages, (all) => {
      const pieces = piecesOf(all);
      assert.ok(pieces.every((piece) => piece.length < 7_500));
      assert.deepEqual(taken(new Reassembly(), pieces), hex(all));
    }),
  );
});

it("A run of which a piece is missing, or in which a stranger's begins, gives nothing, one that comes twice gives itself once; the next is whole", () => {
  fc.assert(
    fc.property(messages, fc.nat(), fc.string(), fc.constantFrom("lost", "twice", "strange"), (all, at, word, how) => {
      const said = [...all, Buffer.alloc(12_000)];
      const pieces = piecesOf(said);
      const place = at % pieces.length;
      const strange = [word, `aaaaaaaaaaaa.0.${pieces.length}.AAAA`, "aaaaaaaaaaaa.0.9999.AAAA"];
      const come = {
        lost: pieces.toSpliced(place, 1),
        twice: pieces.toSpliced(place, 0, pieces[place] ?? ""),
        strange: pieces.toSpliced(Math.max(1, place), 0, ...strange),
      }[how];
      const reassembly = new Reassembly();
      assert.deepEqual(taken(reassembly, come), how === "twice" ? hex(said) : []);
      assert.deepEqual(taken(reassembly, piecesOf(all)), hex(all));
    }),
  );
});

it("As many messages as a turn says are several runs, and all come", () => {
  const said = Array.from({ length: 2_345 }, (_, nth) => Buffer.from(String(nth)));
  assert.deepEqual(taken(new Reassembly(), piecesOf(said)), hex(said));
});

it("4 MB at once are sent, and more than 4.4 MB not", () => {
  const said = Buffer.alloc(4 * 1024 * 1024, 1);
  const reassembly = new Reassembly();
  const [message] = piecesOf([said]).flatMap((piece) => reassembly.take(piece));
  assert.ok(said.equals(message ?? Buffer.of()));
  assert.equal(piecesOf([Buffer.alloc(4.5 * 1024 * 1024)]).length, 0);
});

it("A stranger's run gives no more messages than a daemon's, however many it has", () => {
  const [piece = ""] = piecesOf([Buffer.alloc(4_000)]);
  // Its length and all bytes after it are 0: a thousand empty messages.
  const strange = piece.replace(/\.[^.]*$/, `.${Buffer.alloc(4_004).toString("base64")}`);
  assert.equal(new Reassembly().take(strange).length, 500);
});
