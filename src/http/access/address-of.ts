import { isIPv6 } from "node:net";
import type { Request } from "express";

const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/iu;
/** A household or a firm has all addresses that begin alike, and may come from a new one each time. */
const NETWORK_GROUPS = 4;

/** Whose requests are counted together where there is no key: an IPv4 address, or the /64 network of an IPv6 one. */
export function addressOf({ socket }: Pick<Request, "socket">): string {
  return networkOf(socket.remoteAddress ?? "");
}

export function networkOf(address: string): string {
  const plain = address.replace(MAPPED_IPV4, "");
  if (!isIPv6(plain)) return plain;
  const [start = ""] = plain.split("::", 1);
  const groups = start.split(":").slice(0, NETWORK_GROUPS).join(":");
  return `${groups}::/64`;
}
