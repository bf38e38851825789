/**
 * The address that a connection counts for. Behind proxies that the operator trusts it is the rightmost address of X-Forwarded-For that is
 * none of theirs: the client itself may have written anything to the left of it. Of any other peer the header is not looked at.
 *
 * IPv6 addresses count by their /64: a household or a rented machine is given at least that many, and would otherwise never meet a limit.
 */
import { BlockList, isIP, isIPv4 } from "node:net";
import type { Request } from "../transports/transport.ts";

/** @param ranges addresses and CIDR ranges, e.g. `10.0.0.0/8` */
export function createClientAddress(ranges: readonly string[]): (request: Request) => string {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv4(address) ? "ipv4" : "ipv6");
  return (request) => {
    let address = plainAddress(request.remoteAddress);
    if (address === undefined) return "unknown";
    const hops = request.header("x-forwarded-for")?.split(",") ?? [];
    while (isTrusted(address)) {
      const before = plainAddress(hops.pop() ?? "");
      // No proxy said more, or nothing that makes sense: the connection counts for the last one that did.
      if (before === undefined) break;
      address = before;
    }
    return isIPv4(address) ? address : networkOf(address);
  };
}

/** Without brackets, port and zone, IPv4 as IPv4; undefined if it is no address. */
function plainAddress(text: string): string | undefined {
  const bare = text.trim();
  const host = /^\[([^\]]+)\](?::\d+)?$/.exec(bare)?.[1] ?? /^([\d.]+):\d+$/.exec(bare)?.[1] ?? bare;
  const address = host.replace(/%.*$/, "");
  if (isIP(address) !== 6) return isIPv4(address) ? address : undefined;
  const groups = groupsOf(address);
  if (!groups.slice(0, 5).every((group) => group === 0) || groups[5] !== 0xffff) return address;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join(".");
}

/** The /64 of an IPv6 address, in one spelling. */
function networkOf(address: string): string {
  const network = groupsOf(address).slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(":")}::/64`;
}

/** An IPv6 address as its eight numbers. The parser of URLs knows every spelling, IPv4 at the end included. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const numbers = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [numbers(head), numbers(tail ?? "")];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
