import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const WEB = join(import.meta.dirname, "..", "..", "dist", "web");
const MAX_PACKED_BYTES = 200 * 1024;

test("all of the console is at most 200 kB when it is packed", () => {
  const packed = readdirSync(join(WEB, "assets")).filter((name) => name.endsWith(".gz"));
  expect(packed.length).toBeGreaterThan(2);
  const bytes = packed.reduce((sum, name) => sum + statSync(join(WEB, "assets", name)).size, 0);
  expect(bytes).toBeLessThanOrEqual(MAX_PACKED_BYTES);
});

test("the page needs nothing from elsewhere, and nothing inline that the policy forbids", () => {
  const html = readFileSync(join(WEB, "index.html"), "utf8");
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//u);
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/u);
});
