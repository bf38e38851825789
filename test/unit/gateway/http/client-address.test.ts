import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ClientAddress, createClientAddress } from "../../../../daemon/gateway/http/client-address.ts";

const clientAddress = (
  remoteAddress: string,
  forwarded: string | undefined,
  trusted: readonly string[] = [],
): ClientAddress =>
  createClientAddress(trusted)({
    remoteAddress,
    header: (name) => (name === "x-forwarded-for" ? forwarded : undefined),
  });

const addressOf = (...of: Parameters<typeof clientAddress>): string => clientAddress(...of).name;

describe("The address that a connection counts for", () => {
  it("Is the peer's, whatever X-Forwarded-For says, where the peer is no trusted proxy", () => {
    assert.equal(addressOf("198.51.100.7", "203.0.113.1"), "198.51.100.7");
    assert.equal(addressOf("198.51.100.7", "203.0.113.1", ["10.0.0.0/8"]), "198.51.100.7");
  });

  it("Is the rightmost that is no trusted proxy's; what stands left of it may be anything", () => {
    const trusted = ["10.0.0.0/8", "192.0.2.1", "fd00::/8"];
    assert.equal(addressOf("10.1.2.3", "203.0.113.1", trusted), "203.0.113.1");
    assert.equal(addressOf("10.1.2.3", "1.1.1.1, 203.0.113.1", trusted), "203.0.113.1");
    assert.equal(addressOf("10.1.2.3", "10.9.9.9,203.0.113.1 , 192.0.2.1,10.0.0.9", trusted), "203.0.113.1");
    assert.equal(addressOf("fd00::1", "203.0.113.1:4711", trusted), "203.0.113.1");
    assert.equal(addressOf("::ffff:10.1.2.3", "203.0.113.1", trusted), "203.0.113.1");
  });

  it("Is the last proxy's own where it says nothing that makes sense", () => {
    const trusted = ["10.0.0.0/8"];
    for (const forwarded of [
      undefined,
      "",
      ",",
      "unknown",
      "_hidden",
      "203.0.113.1, nonsense",
      "203.0.113.1,",
      "x".repeat(9_000),
    ]) {
      assert.equal(addressOf("10.1.2.3", forwarded, trusted), "10.1.2.3", forwarded);
    }
    assert.equal(addressOf("10.1.2.3", "10.0.0.1", trusted), "10.0.0.1");
    assert.equal(addressOf("", undefined, trusted), "unknown");
  });

  it("Counts IPv6 by its /64, in every spelling, and IPv4 as IPv4 however it is written", () => {
    const network = "2001:db8:1:2::/64";
    for (const address of [
      "2001:db8:1:2::1",
      "2001:0DB8:0001:0002:ffff:ffff:ffff:ffff",
      "2001:db8:1:2:0:0:192.0.2.1",
      "2001:0db8:0001:0002:0000:0000:0000:0001",
      "2001:db8:1:2::1%eth0",
    ]) {
      assert.equal(addressOf(address, undefined), network, address);
    }
    assert.equal(addressOf("::1", "[2001:db8:1:2::5]:443", ["::1"]), network);
    assert.notEqual(addressOf("2001:db8:1:3::1", undefined), network);
    assert.equal(addressOf("0000:0000:0000:0000:0000:ffff:7f00:0001", undefined), "127.0.0.1");
    assert.equal(addressOf("::1", undefined), "0:0:0:0::/64");
  });

  it("Counts IPv6 by its /48 beside that, and IPv4 by nothing more", () => {
    assert.equal(clientAddress("2001:db8:1:2::1", undefined).site, "2001:db8:1::/48");
    assert.equal(clientAddress("2001:db8:1:3::1", undefined).site, "2001:db8:1::/48");
    assert.notEqual(clientAddress("2001:db8:2:2::1", undefined).site, "2001:db8:1::/48");
    assert.equal(clientAddress("198.51.100.7", undefined).site, undefined);
  });
});
