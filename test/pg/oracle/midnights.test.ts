/** Midnights that random writes seldom meet: those that come twice, or not at all, and days that a zone left out. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { book, demoBench } from "../../support/oracle-run/demo-bench.ts";
import { onEachServer } from "../../support/servers.ts";

const MICROSECOND = 1;

await onEachServer("odd midnights", (server) => {
  it("a day whose midnight comes twice begins at the first", async (t) => {
    const zones = ["America/Havana", "Atlantic/Azores", "America/New_York"];
    const bench = await demoBench(t, server, "2025-10-25T12:00:00Z", zones);
    await bench.write(
      [
        book(1, 1, "2025-11-02T03:59:59.999999Z"),
        book(1, 10, "2025-11-02T04:00:00Z"),
        book(1, 100, "2025-11-02T04:30:00Z"),
        book(1, 1000, "2025-11-02T05:00:00Z"),
        book(2, 1, "2025-10-25T23:59:59.999999Z"),
        book(2, 10, "2025-10-26T00:30:00Z"),
        book(2, 100, "2025-10-26T01:00:00Z"),
        book(3, 1, "2025-11-02T05:59:59.999999Z"),
      ].join(""),
    );
    for (const midnight of ["2025-10-26T00:00:00Z", "2025-10-26T01:00:00Z", "2025-11-02T04:00:00Z"]) {
      await bench.settleAt(midnight, -MICROSECOND);
      await bench.settleAt(midnight);
      await bench.settleAt(midnight, MICROSECOND);
    }
    // Between the two, a write is already of the new day.
    await bench.settleAt("2025-11-02T04:15:00Z");
    await bench.write(book(1, 5, "2025-11-02T04:15:00Z"));
    const [havana] = bench.stack.screens;
    const revenue = havana?.document?.["revenue"] as { today: string } | undefined;
    assert.equal(revenue?.today, "1115.00");
    await bench.settleAt("2025-11-02T05:00:00Z", -MICROSECOND);
    await bench.settleAt("2025-11-02T05:00:00Z");
  });

  it("a day without a midnight begins when clocks have gone forward", async (t) => {
    const bench = await demoBench(t, server, "2026-03-07T12:00:00Z", ["America/Havana", "Atlantic/Azores"]);
    await bench.write(
      [
        book(1, 1, "2026-03-08T04:59:59.999999Z"),
        book(1, 10, "2026-03-08T05:00:00Z"),
        book(2, 1, "2026-03-29T00:59:59.999999Z"),
        book(2, 10, "2026-03-29T01:00:00Z"),
      ].join(""),
    );
    for (const start of ["2026-03-08T05:00:00Z", "2026-03-29T01:00:00Z"]) {
      await bench.settleAt(start, -MICROSECOND);
      await bench.settleAt(start);
    }
  });

  it("a day that a zone left out has no length: what is dated on it is over when it would begin", async (t) => {
    const bench = await demoBench(t, server, "2011-12-28T12:00:00Z", ["Pacific/Apia"]);
    await bench.write(
      [
        book(1, 1, "2011-12-30T09:59:59.999999Z"), // the 29th
        book(1, 10, "2011-12-30T10:00:00Z"), // the 31st
        "insert into payouts (owner_id, amount, status, due_on) values (1, 5, 'pending', '2011-12-30'), (1, 6, 'pending', '2011-12-31');",
      ].join(""),
    );
    const payouts = (): unknown => bench.stack.screens[0]?.document?.["payouts"];
    await bench.settleAt("2011-12-30T10:00:00Z", -MICROSECOND);
    assert.deepEqual({ ...(payouts() as object) }, { nextDate: "2011-12-30", pending: "11.00" });
    await bench.settleAt("2011-12-30T10:00:00Z");
    assert.deepEqual({ ...(payouts() as object) }, { nextDate: "2011-12-31", pending: "11.00" });
    for (const later of ["2011-12-31T10:00:00Z", "2012-01-05T10:00:00Z", "2012-01-28T10:00:00Z"]) {
      await bench.settleAt(later, -MICROSECOND);
      await bench.settleAt(later);
    }
  });

  it("clocks that move by half an hour, or for a month in the middle of the year, move no day", async (t) => {
    const zones = ["Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Kiritimati"];
    const bench = await demoBench(t, server, "2026-02-13T12:00:00Z", zones);
    const midnights = [
      "2026-02-14T23:00:00Z", // Casablanca, an hour before its clocks go back at 03:00
      "2026-02-16T00:00:00Z", // and the next one
      "2026-03-31T10:00:00Z", // Kiritimati's month
      "2026-03-31T18:15:00Z", // Kathmandu's
      "2026-04-04T13:00:00Z", // Lord Howe, whose clocks go back by half an hour at 02:00
      "2026-04-05T13:30:00Z",
    ];
    await bench.write(
      midnights
        .flatMap((iso) =>
          [1, 2, 3, 4].map((owner) => book(owner, owner, iso) + book(owner, 10, iso.replace("00Z", "01Z"))),
        )
        .join(""),
    );
    for (const midnight of midnights) {
      await bench.settleAt(midnight, -MICROSECOND);
      await bench.settleAt(midnight);
    }
  });
});
