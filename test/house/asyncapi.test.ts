import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { PROTOCOL } from "../../protocol/version.ts";
import { asyncApiDocument, schemasOfMessages } from "../support/asyncapi.ts";
import { assertWritten } from "../support/written-document.ts";

/** Of the schemas, by the protocol that they are. */
const HASHES: Readonly<Record<string, string>> = {
  "deltad.v1": "6e5a14b5cb967215",
};

describe("The protocol's schemas", () => {
  it("Are what docs/asyncapi.json says", () => {
    assertWritten("docs/asyncapi.json", `${JSON.stringify(asyncApiDocument(), undefined, 2)}\n`);
  });

  it("Do not change without somebody looking at who still speaks the old ones", () => {
    const hash = createHash("sha256").update(JSON.stringify(schemasOfMessages())).digest("hex").slice(0, 16);
    assert.equal(
      hash,
      HASHES[PROTOCOL],
      `the schemas of ${PROTOCOL} have changed. If a client of ${PROTOCOL} can ignore that (a new optional field, a new type of ` +
        `frame), write "${hash}" here; if it can't, bump PROTOCOL in protocol/version.ts to the next version.`,
    );
  });

  it("Refer only to what the document holds", () => {
    const document = asyncApiDocument();
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? "");
    assert.ok(refs.length > 30, "references were found");
    for (const ref of refs) {
      const found = ref.split("/").reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
      assert.equal(typeof found, "object", ref);
    }
  });
});
