import assert from "node:assert/strict";
import { it } from "node:test";
import { WebSocket } from "ws";
import { createClient } from "../../client/client.ts";
import { startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";
import { onEachTransport } from "../support/transports.ts";

stopGatewaysAfterEach();

const OWNERS = Array.from({ length: 300 }, (_, index) => String(index));

await onEachTransport("A client of very many owners", (transport) => {
  for (const [whose, claims] of [
    ["its own", { owners: OWNERS.slice(0, 250) }],
    ["an administrator's", { role: "admin" }],
  ] as const) {
    it(`Has the numbers of all at once, ${whose}, and again after it was cut off`, {
      timeout: 30_000,
    }, async (test) => {
      const { publisher, port, token, gateway } = await startGateway({ transport });
      const followed = "owners" in claims ? claims.owners : OWNERS;
      for (const owner of OWNERS) publisher.documents.set(owner, { owner });
      const sockets: WebSocket[] = [];
      class Kept extends WebSocket {
        constructor(...where: ConstructorParameters<typeof WebSocket>) {
          super(...where);
          sockets.push(this);
        }
      }
      const client = createClient({
        url: `http://127.0.0.1:${port}`,
        getToken: () => token(claims),
        environment: { WebSocket: Kept, random: () => 0 },
      });
      test.after(client.close);
      const states = (): Set<string> =>
        new Set(followed.map((owner) => client.owner(owner).getSnapshot().connection.state));
      let changed = (): void => {};
      const become = async (wanted: string): Promise<void> => {
        while (states().size > 1 || !states().has(wanted)) await new Promise<void>((resolve) => (changed = resolve));
      };
      for (const owner of followed) client.owner(owner).subscribe(() => changed());
      client.connect();
      await become("live");
      for (const owner of followed) assert.deepEqual({ ...client.owner(owner).getSnapshot().metrics }, { owner });
      sockets[0]?.terminate();
      await become("retrying");
      await become("live");
      const { messagesRefused, tooManyMessages } = gateway.counters.read();
      assert.deepEqual([sockets.length, messagesRefused, tooManyMessages], [2, 0, 0]);
    });
  }
});
