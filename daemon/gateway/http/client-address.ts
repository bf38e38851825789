/**
 * The address that a connection counts for. Behind proxies that the operator trusts it is the rightmost address of X-Forwarded-For that is
 * none of theirs: the client itself may have written anything to the left of it. Of any other peer the header is not looked at.
 *
 * IPv6 addresses count by their /64: a household or a rented machine is given at least that many, and would otherwise never meet a limit.
 * A site is given a /48, which has 65,536 of those: it counts as well.
 */
import { BlockList, isIP, isIPv4 } from "node:net";
import type { Request } from "../transports/transport.ts";

export interface ClientAddress {
  /** An IPv4 address, or the /64 of an IPv6 address. */
  readonly name: string;
  /** The /48 of an IPv6 address. */
  readonly site?: string;
}

/**
 * The address of who connects, before anything was asked; undefined for a trusted proxy, which has as many connections as it needs.
 * @param ranges as of {@link createClientAddress}
 */
export function createPeerAddress(ranges: readonly string[]): (remoteAddress: string) => ClientAddress | undefined {
  const isTrusted = trusting(ranges);
  return (remoteAddress) => {
    const address = plainAddress(remoteAddress);
    return address !== undefined && isTrusted(address) ? undefined : countedAs(address);
  };
}

/** @param ranges addresses and CIDR ranges, e.g. `10.0.0.0/8` */
export function createClientAddress(
  ranges: readonly string[],
): (request: Pick<Request, "remoteAddress" | "header">) => ClientAddress {
  const isTrusted = trusting(ranges);
  return (request) => {
    let address = plainAddress(request.remoteAddress);
    if (address === undefined) return countedAs(undefined);
    const hops = request.header("x-forwarded-for")?.split(",") ?? [];
    while (isTrusted(address)) {
      const before = plainAddress(hops.pop() ?? "");
      // No proxy said more, or nothing that makes sense: the connection counts for the last one that did.
      if (before === undefined) break;
      address = before;
    }
    return countedAs(address);
  };
}

function trusting(ranges: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  return (address) => trusted.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

function countedAs(address: string | undefined): ClientAddress {
  if (address === undefined) return { name: "unknown" };
  return isIPv4(address) ? { name: address } : { name: networkOf(address, 64), site: networkOf(address, 48) };
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

/** The network of an IPv6 address, in one spelling. */
function networkOf(address: string, bits: 48 | 64): string {
  const network = groupsOf(address).slice(0, bits / 16);
  return `${network.map((group) => group.toString(16)).join(":")}::/${bits}`;
}

/** An IPv6 address as its eight numbers. The parser of URLs knows every spelling, IPv4 at the end included. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const numbers = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [numbers(head), numbers(tail ?? "")];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
