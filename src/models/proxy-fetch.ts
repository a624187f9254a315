import { BlockList, isIP, isIPv4 } from "node:net";
import type { Fetch, ProxySettings } from "../core/runtime.ts";
import type { Dispatcher } from "undici";

type SendBy = (input: string, init: Omit<RequestInit, "dispatcher"> & { dispatcher: Dispatcher }) => Promise<Response>;

/**
 * A fetch that goes through the proxies of the environment, which Node's own does not. An address that no proxy is set
 * for, or that NO_PROXY excepts, is asked directly. Messages name a proxy by host and port only.
 */
export async function createProxyFetch(settings: ProxySettings): Promise<Fetch> {
  const { Agent, fetch, ProxyAgent } = await import("undici");
  // oxlint-disable-next-line no-unsafe-type-assertion -- the platform's fetch is this one, typed in another edition
  const send = fetch as unknown as SendBy;
  const direct = new Agent();
  const byProxy = new Map<string, Dispatcher>();
  const dispatcherOf = (proxy: URL): Dispatcher => {
    const known = byProxy.get(proxy.href);
    if (known !== undefined) return known;
    const token = credentialsOf(proxy);
    const made = new ProxyAgent({
      uri: proxy.origin,
      ...(token !== undefined && { token }),
      // As curl: a tunnel for https, a plain request for http; many proxies allow CONNECT to port 443 only.
      proxyTunnel: false,
    });
    byProxy.set(proxy.href, made);
    return made;
  };

  return async (input, init) => {
    const proxy = proxyOf(new URL(input), settings);
    if (proxy === undefined) return fetchBy(direct, input, init);
    try {
      return await fetchBy(dispatcherOf(proxy), input, init);
    } catch (error) {
      throw proxyFault(error, proxy) ?? error;
    }
  };

  async function fetchBy(dispatcher: Dispatcher, input: string, init: RequestInit = {}): Promise<Response> {
    return send(input, { ...init, dispatcher });
  }
}

/**
 * The proxy for an address; undefined where it is to be asked directly.
 * @throws Error for a proxy of a kind that we cannot use
 */
export function proxyOf(url: URL, settings: ProxySettings): URL | undefined {
  const { http, https, all, noProxy = "" } = settings;
  const named = (url.protocol === "https:" ? https : http) ?? all;
  if (named === undefined || isExcepted(url, noProxy)) return undefined;
  const address = named.includes("://") ? named : `http://${named}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy === undefined || proxy.hostname === "" || !/^https?:$/.test(proxy.protocol)) {
    throw new Error("the proxy variable must hold http://host:port or https://host:port");
  }
  return proxy;
}

/**
 * Whether NO_PROXY names a host, by curl's rules: names and what lies below them, with or without a leading dot,
 * addresses, networks (`10.0.0.0/8`), `*` for all; a port after a name restricts it to that port.
 */
function isExcepted({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const host = bareHost(hostname);
  const hostPort = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const [, name = entry, wantedPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
      if (wantedPort !== undefined && wantedPort !== hostPort) return false;
      if (name.includes("/")) return isInNetwork(host, bareHost(name));
      const suffix = bareHost(name.replace(/^\*?\./, ""));
      if (suffix === "") return false;
      // What lies below an address is no address.
      return host === suffix || (!/^[\d.]+$/.test(suffix) && host.endsWith(`.${suffix}`));
    });
}

function isInNetwork(host: string, network: string): boolean {
  const [start = "", length = ""] = network.split("/");
  const kind = isIPv4(host) ? "ipv4" : "ipv6";
  const bits = Number(length);
  if (!isIP(host) || !isIP(start) || isIPv4(start) !== isIPv4(host) || !/^\d{1,3}$/.test(length)) return false;
  if (bits > (kind === "ipv4" ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(start, bits, kind);
  return list.check(host, kind);
}

/** Lower case, without the brackets of an IPv6 address and without the root's dot. */
function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}

function credentialsOf({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** With a proxy between, these are about the way to the proxy: we dial nobody else. */
const DIALLING = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function proxyFault(thrown: unknown, { host }: URL): Error | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const [, status] = /^Proxy (?:response|Authentication Required) \((\d+)\)/.exec(error.message) ?? [];
    if (status === "407") {
      return new Error(`the proxy ${host} refused (HTTP 407); check its user and password`);
    }
    if (status !== undefined) return new Error(`the proxy ${host} refused to connect us (HTTP ${status})`);
    const code = "code" in error ? error.code : undefined;
    if (typeof code === "string" && DIALLING.has(code)) {
      return new Error(`the proxy ${host} cannot be reached (${code}); see HTTPS_PROXY`);
    }
  }
  return undefined;
}
