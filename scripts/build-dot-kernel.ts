/**
 * Assembles src/search/dot-kernel.wat into the base64 constant of src/search/dot-kernel.ts.
 * Run after a change of the source: `npx tsx scripts/build-dot-kernel.ts`. Fetches wabt through npx; the build itself needs none.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const source = join(import.meta.dirname, "..", "src", "search", "dot-kernel.wat");
const target = join(import.meta.dirname, "..", "src", "search", "dot-kernel.ts");
const folder = mkdtempSync(join(tmpdir(), "dot-kernel-"));
try {
  const binary = join(folder, "dot-kernel.wasm");
  execFileSync("npx", ["--yes", "-p", "wabt@1.0.39", "wat2wasm", source, "-o", binary], { stdio: "inherit" });
  const base64 = readFileSync(binary).toString("base64");
  const lines = (base64.match(/.{1,100}/g) ?? []).map((line) => `  "${line}"`).join(" +\n");
  writeFileSync(
    target,
    `/** WebAssembly of dot-kernel.wat, made by scripts/build-dot-kernel.ts. */\nexport const DOT_KERNEL_BASE64 =\n${lines};\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
