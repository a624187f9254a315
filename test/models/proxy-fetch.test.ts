import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { ProxySettings } from "../../src/core/runtime.ts";
import { errorFromNetwork } from "../../src/models/gateway-errors.ts";
import type { Gateway } from "../../src/models/gateway.ts";
import { createProxyFetch, proxyOf } from "../../src/models/proxy-fetch.ts";

const closing: (() => void)[] = [];

afterEach(() => closing.splice(0).forEach((close) => close()));

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  closing.push(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return isInternet(address) ? address.port : 0;
}

function isInternet(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

interface Proxy {
  host: string;
  /** What it was asked for: `GET http://…` or `CONNECT host:port`. */
  asked: string[];
}

/** A proxy that forwards plain requests and tunnels, as a company's does; with `credentials` it wants them. */
async function startProxy(target: number, credentials?: string): Promise<Proxy> {
  const asked: string[] = [];
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString("base64")}`;
  const note = (request: IncomingMessage): boolean => {
    asked.push(`${request.method} ${request.url}`);
    return wanted === undefined || request.headers["proxy-authorization"] === wanted;
  };
  const server = createServer((request, response) => {
    if (!note(request)) {
      response.writeHead(407, { "content-type": "text/html" });
      response.end(`<h1>${request.headers["proxy-authorization"]}</h1>`);
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ by: "proxy", host: request.headers.host }));
  });
  server.on("connect", (request: IncomingMessage, client: Socket) => {
    if (!note(request)) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    if (request.url?.startsWith("forbidden.")) {
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const upstream = connect(target, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  return { host: `127.0.0.1:${await listen(server)}`, asked };
}

async function startTarget(): Promise<number> {
  return listen(createServer((_request, response) => response.end(JSON.stringify({ by: "target" }))));
}

test("a plain request goes to the proxy with its whole address, as curl sends it", async () => {
  const proxy = await startProxy(0);
  const fetch = await createProxyFetch({ http: proxy.host });
  const response = await fetch("http://gateway.invalid/v1/models?x=1", { method: "POST", body: "{}" });
  expect(await response.json()).toEqual({ by: "proxy", host: "gateway.invalid" });
  expect(proxy.asked).toEqual(["POST http://gateway.invalid/v1/models?x=1"]);
});

test("for https a tunnel is asked for, with the credentials of the proxy's address", async () => {
  const seen: string[] = [];
  const tls = createTlsServer((_request, response) => response.end("never"));
  tls.on("tlsClientError", () => seen.push("tls"));
  const proxy = await startProxy(await listen(tls), "ann:p@ss:w/rd");
  const fetch = await createProxyFetch({ https: `http://ann:p%40ss%3Aw%2Frd@${proxy.host}` });
  // The target has no certificate: that TLS began there shows that the tunnel stands.
  await expect(fetch("https://gateway.invalid/v1")).rejects.toThrow();
  expect(proxy.asked).toEqual(["CONNECT gateway.invalid:443"]);
  expect(seen).toEqual(["tls"]);
});

test("many calls at once go through one proxy", async () => {
  const proxy = await startProxy(0);
  const fetch = await createProxyFetch({ all: `http://${proxy.host}/` });
  const replies = await Promise.all(
    Array.from({ length: 40 }, async (_, call) => (await fetch(`http://gateway.invalid/${call}`)).status),
  );
  expect(replies).toEqual(Array.from({ length: 40 }, () => 200));
});

test("a target that NO_PROXY excepts is asked directly; loopback is no exception by itself", async () => {
  const target = await startTarget();
  const proxy = await startProxy(target);
  const url = `http://127.0.0.1:${target}/`;
  const by = async (settings: ProxySettings): Promise<unknown> => {
    const fetch = await createProxyFetch(settings);
    return (await fetch(url)).json();
  };
  expect(await by({ http: proxy.host })).toMatchObject({ by: "proxy" });
  expect(await by({ http: proxy.host, noProxy: "127.0.0.1" })).toEqual({ by: "target" });
  expect(await by({ https: proxy.host })).toEqual({ by: "target" });
});

test.each([
  ["a wrong password, plain", "http://gateway.invalid/", /refused \(HTTP 407\)/],
  ["a wrong password, tunnel", "https://gateway.invalid/", /refused \(HTTP 407\)/],
])("%s is told without the password", async (_name, url, words) => {
  const proxy = await startProxy(0, "ann:right");
  const address = `http://ann:wrong-pass-1@${proxy.host}`;
  const fetch = await createProxyFetch({ http: address, https: address });
  const error: unknown = await fetch(url).catch((thrown: unknown) => thrown);
  const told = tellAll(error, url);
  expect(told).toMatch(words);
  expect(told).toContain(proxy.host);
  for (const secret of ["wrong-pass-1", Buffer.from("ann:wrong-pass-1").toString("base64")]) {
    expect(told).not.toContain(secret);
  }
});

test("a proxy that forbids a host, and one that is not there, are named", async () => {
  const proxy = await startProxy(0);
  const fetch = await createProxyFetch({ https: proxy.host });
  await expect(fetch("https://forbidden.invalid/")).rejects.toThrow(
    `the proxy ${proxy.host} refused to connect us (HTTP 403)`,
  );
  const gone = await createProxyFetch({ https: "http://ann:secret-1@127.0.0.1:1" });
  const error: unknown = await gone("https://gateway.invalid/").catch((thrown: unknown) => thrown);
  expect(tellAll(error, "https://gateway.invalid/")).toMatch(/the proxy 127\.0\.0\.1:1 cannot be reached/);
  expect(tellAll(error, "https://gateway.invalid/")).not.toContain("secret-1");
});

test("an abort reaches through the proxy", async () => {
  const proxy = await startProxy(0);
  const fetch = await createProxyFetch({ http: proxy.host });
  await expect(fetch("http://gateway.invalid/", { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: "AbortError",
  });
});

test.each([
  ["https://api.kimi.cn/", { http: "h:1" }, undefined],
  ["https://api.kimi.cn/", { http: "h:1", https: "s:2" }, "http://s:2/"],
  ["http://api.kimi.cn/", { http: "h:1", https: "s:2" }, "http://h:1/"],
  ["http://api.kimi.cn/", { all: "https://a:3" }, "https://a:3/"],
  ["https://api.kimi.cn/", { https: "s:2", all: "a:3" }, "http://s:2/"],
])("%s with %j goes by %s", (url, settings, proxy) => {
  expect(proxyOf(new URL(url), settings)?.href).toBe(proxy);
});

test.each([
  ["*", "https://any.example/", true],
  ["example.com", "https://example.com/", true],
  ["example.com", "https://api.example.com/", true],
  ["example.com", "https://notexample.com/", false],
  [".example.com", "https://example.com/", true],
  ["*.example.com", "https://api.example.com/", true],
  ["EXAMPLE.com.", "https://api.Example.COM/", true],
  ["a.org, example.com", "https://example.com/", true],
  ["a.org example.com", "https://example.com/", true],
  ["example.com:8443", "https://example.com:8443/", true],
  ["example.com:8443", "https://example.com/", false],
  ["example.com:443", "https://example.com/", true],
  ["10.0.0.0/8", "http://10.20.30.40/", true],
  ["10.0.0.0/8", "http://11.0.0.1/", false],
  ["0.0.1", "http://10.0.0.1/", false],
  ["fd00::/8", "http://[fd12::1]/", true],
  ["fd00::/8", "http://10.0.0.1/", false],
  ["[::1]:11434", "http://[::1]:11434/", true],
  ["::1", "http://[::1]:11434/", true],
  ["localhost", "http://127.0.0.1/", false],
  ["10.0.0.0/99, /, :80, .", "http://10.0.0.1/", false],
  ["", "http://127.0.0.1/", false],
])("NO_PROXY %j for %s: %s", (noProxy, url, excepted) => {
  const proxy = proxyOf(new URL(url), { all: "p:1", noProxy });
  expect(proxy === undefined).toBe(excepted);
});

test.each(["socks5://127.0.0.1:1080", "http://", "not an address"])("the proxy %j is refused in words", (all) => {
  expect(() => proxyOf(new URL("https://example.com/"), { all })).toThrow("http://host:port");
});

/** Everything that a log could hold of an error. */
function tellAll(error: unknown, url: string): string {
  const gateway: Gateway = {
    id: "vllm/m",
    fetch,
    clock: { now: () => 0, sleep: async () => {} },
    redact: (text) => text,
  };
  const told: string[] = [errorFromNetwork(gateway, url, error).message];
  for (let each = error; each instanceof Error; each = each.cause) {
    told.push(String(each), each.stack ?? "", JSON.stringify(Object.entries(each)));
  }
  return told.join("\n");
}
