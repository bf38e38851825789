const { createClient } = require("@deltad/client");
const { FakeDaemon } = require("@deltad/client/testing");

// The fake daemon answers within microtasks: whatever timers a test has faked, awaiting is enough.
beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test("an application shows what its daemon says, and goes on after the connection is cut", async () => {
  const daemon = new FakeDaemon();
  const client = createClient({
    url: daemon.url,
    getToken: () => "token",
    environment: { WebSocket: daemon.WebSocket },
  });
  const owner = client.owner("7");
  const guests = [];
  owner.on("booking_created", ({ data }) => guests.push(data.guestName));
  daemon.setMetrics("7", { revenue: { today: "12.50" } });
  client.connect();
  await settle();
  expect(owner.getSnapshot().metrics).toStrictEqual({ revenue: { today: "12.50" } });
  daemon.cut();
  daemon.emit("7", "booking_created", { guestName: "Ana" });
  await settle();
  expect(owner.getSnapshot().connection.state).toBe("retrying");
  jest.advanceTimersByTime(1_000);
  await settle();
  expect(guests).toEqual(["Ana"]);
  client.close();
});
