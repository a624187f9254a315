import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { pageRoutes } from "../../src/http/routes/pages.ts";
import { startHttpServer } from "../../src/http/server.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

const SCRIPT = "console.log('咸亨');\n".repeat(50);

async function serve(folder: string): Promise<string> {
  const routes = [pageRoutes({ folder })];
  const server = await startHttpServer({ host: "127.0.0.1", port: 0, routes, logger: createRecordingLogger() });
  onTestFinished(async () => server.close(0));
  return server.url;
}

function buildConsole(): string {
  const folder = mkdtempSync(join(tmpdir(), "xianheng-pages-"));
  mkdirSync(join(folder, "assets", "deep"), { recursive: true });
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Xianheng</title>");
  writeFileSync(join(folder, "secret.js"), "outside");
  writeFileSync(join(folder, "assets", "index-B1_x-9.js"), SCRIPT);
  writeFileSync(join(folder, "assets", "index-B1_x-9.js.br"), brotliCompressSync(SCRIPT));
  writeFileSync(join(folder, "assets", "index-B1_x-9.js.gz"), gzipSync(SCRIPT));
  writeFileSync(join(folder, "assets", "index-C2.css"), "body{}");
  writeFileSync(join(folder, "assets", ".env"), "secret");
  writeFileSync(join(folder, "assets", "notes.txt"), "secret");
  writeFileSync(join(folder, "assets", "deep", "a.js"), "deep");
  return folder;
}

/** The status of a path that fetch would tidy up first. */
async function statusOfRaw(url: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const socket = connect(Number(port), "127.0.0.1");
    let text = "";
    socket.on("data", (part) => (text += part.toString("utf8")));
    socket.on("error", reject);
    socket.on("close", () => resolve(text.slice(9, 12)));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  });
}

/** The status where the browser has a version already; fetch would add a header that asks for the whole all the same. */
async function statusKnowing(url: string, etag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { "if-none-match": etag } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });
}

test.each(["/", "/index.html"])("%s is the console, asked for anew each time", async (path) => {
  const url = await serve(buildConsole());
  const response = await fetch(url + path);
  expect([response.status, await response.text()]).toEqual([200, "<!doctype html><title>Xianheng</title>"]);
  expect(response.headers.get("content-type")).toMatch(/^text\/html; charset=utf-8$/iu);
  expect(response.headers.get("cache-control")).toBe("no-cache");
  // The dates of an installed package's files are all the same, so that a newer page must not go by them.
  expect(response.headers.get("last-modified")).toBeNull();
  expect(await statusKnowing(url + path, response.headers.get("etag") ?? "")).toBe(304);
  expect(await statusKnowing(url + path, '"of-an-older-page"')).toBe(200);
  const wrong = await fetch(url + path, { method: "POST" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test.each([
  ["br", "br"],
  ["gzip", "gzip"],
  ["gzip, br;q=0", "gzip"],
  ["identity", null],
])("a browser that takes %s gets an asset as %s, to keep for a year", async (accepted, expected) => {
  const url = await serve(buildConsole());
  const response = await fetch(`${url}/assets/index-B1_x-9.js`, { headers: { "accept-encoding": accepted } });
  expect([response.status, response.headers.get("content-encoding")]).toEqual([200, expected]);
  expect(await response.text()).toBe(SCRIPT);
  expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(response.headers.get("vary")).toBe("Accept-Encoding");
});

test("an asset without a packed one is sent as it is", async () => {
  const url = await serve(buildConsole());
  const response = await fetch(`${url}/assets/index-C2.css`);
  expect([response.headers.get("content-encoding"), await response.text()]).toEqual([null, "body{}"]);
  expect(response.headers.get("content-type")).toBe("text/css; charset=utf-8");
});

test.each([
  "/assets",
  "/assets/",
  "/assets/index-unknown.js",
  "/assets/.env",
  "/assets/notes.txt",
  "/assets/index-B1_x-9.js.br",
  "/assets/deep",
  "/assets/deep/a.js",
  "/assets/deep%2Fa.js",
  "/assets/../secret.js",
  "/assets/..%2fsecret.js",
  "/assets/..%5csecret.js",
  "/assets/%2e%2e%2fsecret.js",
  "/assets/index-C2.css%00.js",
  "/secret.js",
])("%s is not there", async (path) => {
  const url = await serve(buildConsole());
  expect(await statusOfRaw(url, path)).toBe("404");
});

test("an unknown asset is a problem, and is not kept", async () => {
  const url = await serve(buildConsole());
  const response = await fetch(`${url}/assets/gone.js`);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(response.headers.get("cache-control")).toBeNull();
  expect(await response.json()).toMatchObject({ status: 404, code: "not_found" });
});

test.each([
  ["zh-CN,zh;q=0.9,en;q=0.8", "zh", "控制台尚未构建"],
  ["en-GB", "en", "The console was not built"],
  ["*", "en", "The console was not built"],
])("where the console was not built, a browser of %s is told in %s what to run", async (languages, language, text) => {
  const url = await serve(join(tmpdir(), "xianheng-no-such-folder"));
  const response = await fetch(`${url}/`, { headers: { "accept-language": languages } });
  const page = await response.text();
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(page).toContain(`<html lang="${language}">`);
  expect(page).toContain(text);
  expect(page).toContain("npm run build");
});
