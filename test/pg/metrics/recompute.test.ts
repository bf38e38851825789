import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { compile } from "../../../daemon/plan/compile.ts";
import { recomputeSelect } from "../../../daemon/verify/recompute.ts";
import { type RecomputedRow, recomputedDocuments } from "../../../daemon/verify/recomputed-document.ts";
import { DEMO, type Marketplace, oracleDocuments, SECOND } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

/** Zones whose midnights, days or offsets have misled programs. */
const ZONES = [
  "America/Havana",
  "Atlantic/Azores",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Pacific/Kiritimati",
  "Africa/Casablanca",
  "UTC",
];
/** Local midnights of those zones in 2025, clocks going back at 01:00 among them, as instants in microseconds. */
const BOUNDARIES = [
  "2025-11-02T04:00:00Z", // Havana's midnight; the second one comes an hour later
  "2025-11-02T05:00:00Z",
  "2025-10-26T00:00:00Z", // the Azores', the same
  "2025-10-26T01:00:00Z",
  "2025-10-31T18:15:00Z", // Kathmandu's month
  "2025-10-31T10:00:00Z", // Kiritimati's month
].map((instant) => BigInt(Date.parse(instant)) * 1000n);

const instantUs = fc
  .tuple(
    fc.constantFrom(...BOUNDARIES),
    fc.constantFrom(0n, -1n, 1n, 3_600_000_000n, -86_400_000_000n),
    fc.integer({ min: -800, max: 70 }),
  )
  .map(
    ([boundary, beside, days]) => boundary + beside + (days < 0 && days > -20 ? 0n : BigInt(days) * 86_400_000_000n),
  );
const timestamp = fc.oneof(
  { weight: 8, arbitrary: instantUs.map((us) => `epoch ${us}`) },
  { weight: 1, arbitrary: fc.constantFrom("infinity", "-infinity", "4713-01-01 BC", "294276-12-31 23:59Z") },
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 8 });
const amount = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -30_000, max: 90_000 }).map((cents) => (cents / 100).toFixed(2)) },
  { weight: 1, arbitrary: fc.constant("NaN") },
);
const date = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .integer({ min: -40, max: 40 })
      .map((days) => new Date(Date.UTC(2025, 10, 2 + days)).toISOString().slice(0, 10)),
  },
  { weight: 1, arbitrary: fc.constantFrom("infinity", "-infinity") },
);

/** The instant of a text that {@link timestamp} makes. */
const at = (parameter: string) =>
  `case when ${parameter}::text like 'epoch %' then timestamptz 'epoch' + interval '1 hour' * (substr(${parameter}, 7)::bigint / 3600000000) + interval '1 microsecond' * (substr(${parameter}, 7)::bigint % 3600000000) else ${parameter}::timestamptz end`;
const sampled = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number) => fc.sample(arbitrary, { numRuns, seed: 20251102 });

async function fillDemo(database: TestDatabase): Promise<string[]> {
  for (const [index, zone] of ZONES.entries())
    await database.query("insert into owners values ($1, 'x', $2)", [index + 1, zone]);
  const owner = fc.integer({ min: 1, max: ZONES.length });
  const listings = fc.tuple(owner, fc.constantFrom("draft", "active", "inactive", "__proto__", ""), maybe(timestamp));
  for (const [id, status, published] of sampled(listings, 40)) {
    await database.query(
      `insert into listings (owner_id, hangar_number, status, published_at) values ($1, 'h', $2, ${at("$3")})`,
      [id, status, published],
    );
  }
  const words = fc.tuple(
    fc.constantFrom("pending", "confirmed", "cancelled"),
    fc.constantFrom("paid", "paid", "unpaid"),
  );
  const bookings = fc.tuple(
    fc.integer({ min: 1, max: 40 }),
    owner,
    words,
    amount,
    fc.tuple(timestamp, timestamp, timestamp, maybe(timestamp)),
  );
  for (const [listing, id, [status, payment], money, instants] of sampled(bookings, 700)) {
    await database.query(
      `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
       values ($1, $2, 'João', $3, $4, $5, ${at("$6")}, ${at("$7")}, ${at("$8")}, ${at("$9")})`,
      [listing, id, status, payment, money, ...instants],
    );
  }
  for (const [id, money, status, due] of sampled(
    fc.tuple(owner, amount, fc.constantFrom("pending", "paid"), date),
    80,
  )) {
    await database.query("insert into payouts (owner_id, amount, status, due_on) values ($1, $2, $3, $4)", [
      id,
      money,
      status,
      due,
    ]);
  }
  return ZONES.map((_, index) => String(index + 1));
}

async function fillSecond(database: TestDatabase): Promise<string[]> {
  const owners = ZONES.map((_, index) => `00000000-0000-4000-8000-00000000000${index}`);
  for (const [index, zone] of ZONES.entries())
    await database.query("insert into hangar.hangar_owners values ($1, 'x', $2, 'BRL')", [owners[index], zone]);
  const owner = fc.constantFrom(...owners);
  const hangars = fc.tuple(
    owner,
    fc.constantFrom("open", "reserved only", "closed"),
    maybe(fc.constantFrom("12.5", "-3", "NaN")),
    maybe(fc.integer({ min: -1, max: 2 })),
  );
  for (const [number, [id, state, area, order]] of sampled(hangars, 40).entries()) {
    await database.query(`insert into hangar."Hangar_Listings" values ($1, $2, $3, $4, $5)`, [
      number,
      id,
      state,
      area,
      order,
    ]);
  }
  const words = fc.tuple(
    fc.constantFrom("checked in", "asked", "gone "),
    fc.constantFrom("open", "settled", "settled", "refunded"),
  );
  const stays = fc.tuple(
    fc.integer({ min: 0, max: 39 }),
    owner,
    words,
    fc.integer({ min: -5000, max: 90_000 }),
    fc.tuple(maybe(timestamp), maybe(timestamp), maybe(timestamp)),
    fc.tuple(date, maybe(fc.integer({ min: 1, max: 10 })), maybe(fc.constantFrom("0", "0.125", "0.005", "NaN"))),
    fc.tuple(maybe(date), maybe(date), maybe(timestamp)),
  );
  for (const [
    number,
    [
      hangar,
      id,
      [state, payment],
      cents,
      [arrives, leaves, settled],
      [booked, guests, discount],
      [cancelBy, due, checked],
    ],
  ] of sampled(stays, 1500).entries()) {
    await database.query(
      `insert into hangar.stays values ($1, $2, $3, $4, $5::hangar.payment, $6, ${at("$7")}, ${at("$8")}, $9, ${at("$10")}, $11, $12, $13, $14, ${at("$15")} at time zone 'UTC')`,
      [
        number,
        hangar,
        id,
        state,
        payment,
        cents,
        arrives,
        leaves,
        booked,
        settled,
        guests,
        discount,
        cancelBy,
        due,
        checked,
      ],
    );
  }
  return owners;
}

await onEachServer("recompute", (server) => {
  const filled: [Marketplace, (database: TestDatabase) => Promise<string[]>][] = [
    [DEMO, fillDemo],
    [SECOND, fillSecond],
  ];
  for (const [marketplace, fill] of filled) {
    it(`gives the documents of the handwritten oracle at boundaries and beside them, in hard zones (${marketplace.name})`, async () => {
      const database = await server.createDatabase();
      await database.query(marketplace.schema);
      const owners = await fill(database);
      const plan = compile(marketplace.config);
      const different = new Set<string>();
      for (const atUs of sampled(instantUs, 25)) {
        const rows = await database.query<RecomputedRow>(recomputeSelect(plan), [owners, String(atUs)]);
        const recomputed = plain(recomputedDocuments(plan, rows));
        const byHand = plain(await oracleDocuments(marketplace, database, atUs, owners));
        assert.deepEqual(recomputed, byHand, `at ${atUs}`);
        different.add(JSON.stringify([...recomputed]));
      }
      // Instants that all show the same would prove nothing.
      assert.ok(different.size > 15, `${different.size} different documents`);
    });
  }

  it("and the oracle count the whole of a day whose midnight comes twice", async () => {
    const database = await server.createDatabase();
    await database.query(DEMO.schema);
    await database.query("insert into owners values (1, 'x', 'America/Havana'), (2, 'y', 'Atlantic/Azores')");
    await database.query("insert into listings values (1, 1, 'h', 'active'), (2, 2, 'h', 'active')");
    const paid = payer(database);
    // Between the two midnights; and in the last microsecond of the day before.
    await paid(1, "10", "2025-11-02T04:30:00Z");
    await paid(1, "1", "2025-11-02T03:59:59.999999Z");
    await paid(2, "20", "2025-10-26T00:30:00Z");
    await paid(2, "2", "2025-10-25T23:59:59.999999Z");
    const today = async (owner: string, instant: string) => {
      const documents = await oracleDocuments(DEMO, database, BigInt(Date.parse(instant)) * 1000n, [owner]);
      return (documents.get(owner) as { revenue: { today: string } } | undefined)?.revenue.today;
    };
    assert.equal(await today("1", "2025-11-02T04:00:00Z"), "10.00");
    assert.equal(await today("1", "2025-11-02T05:00:00Z"), "10.00");
    assert.equal(await today("1", "2025-11-02T03:59:59.999Z"), "1.00");
    assert.equal(await today("2", "2025-10-26T00:00:00Z"), "20.00");
    assert.equal(await today("2", "2025-10-25T23:59:59.999Z"), "2.00");
  });

  it("and the oracle compare a month up to the same day, and the last day of a shorter month with all of a longer one", async () => {
    const database = await server.createDatabase();
    await database.query(DEMO.schema);
    await database.query("insert into owners values (1, 'x', 'Asia/Kathmandu')");
    await database.query("insert into listings values (1, 1, 'h', 'active')");
    const paid = payer(database);
    await paid(1, "100", "2025-10-31T12:00:00+05:45");
    await paid(1, "10", "2025-10-10T23:59:59.999999+05:45");
    await paid(1, "5", "2025-11-09T00:00:00+05:45");
    // Dated later than most of the instants below.
    await paid(1, "50", "2025-11-30T00:00:00+05:45");
    const plan = compile(DEMO.config);
    const growthOn = async (day: string): Promise<unknown> => {
      const atUs = BigInt(Date.parse(`${day}T00:00:00+05:45`)) * 1000n;
      const rows = await database.query<RecomputedRow>(recomputeSelect(plan), [["1"], String(atUs)]);
      const [recomputed, byHand] = [
        recomputedDocuments(plan, rows),
        await oracleDocuments(DEMO, database, atUs, ["1"]),
      ];
      assert.deepEqual(plain(recomputed), plain(byHand), day);
      return (byHand.get("1") as { revenue: { growthMonth?: number } } | undefined)?.revenue.growthMonth;
    };
    assert.equal(await growthOn("2025-11-09"), undefined);
    assert.equal(await growthOn("2025-11-10"), -50);
    assert.equal(await growthOn("2025-11-29"), -50);
    assert.equal(await growthOn("2025-11-30"), -50);
    assert.equal(await growthOn("2025-12-01"), undefined);
  });
});

/** Has an owner, who has a listing of the same id, paid at an instant. */
function payer(database: TestDatabase): (owner: number, money: string, when: string) => Promise<unknown> {
  return (owner, money, when) =>
    database.query(
      `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
       values ($1, $1, 'x', 'confirmed', 'paid', $2, $3, $3, $3, $3)`,
      [owner, money, when],
    );
}

/** Without prototypes, so that only values are compared. */
function plain(documents: ReadonlyMap<string, unknown>): Map<string, unknown> {
  return new Map([...documents].map(([owner, document]) => [owner, JSON.parse(JSON.stringify(document)) as unknown]));
}
