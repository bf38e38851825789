import assert from "node:assert/strict";
import { it } from "node:test";
import { readable } from "../../../../react/display/readable.ts";

it("splits a configuration's names into the words that they are made of", () => {
  const written = {
    byStatus: "By status",
    last30Days: "Last 30 days",
    stay_booked: "Stay booked",
    "next-arrival": "Next arrival",
    openPR: "Open PR",
    VATToday: "VAT today",
    über: "Über",
    "": "",
    __proto: "Proto",
    _: "_",
    "30d": "30d",
  };
  for (const [name, words] of Object.entries(written)) assert.equal(readable([name]), words);
});

it("keeps names of different levels apart", () => assert.equal(readable(["area", "byState"]), "Area · By state"));
