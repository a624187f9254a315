import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Packs each asset once, when it is built, so that the service need not at every request. */
function packAssets(): Plugin {
  let folder = "";
  return {
    name: "pack-assets",
    apply: "build",
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir, build.assetsDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder).filter((one) => /\.(?:js|css|svg)$/u.test(one))) {
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
      }
    },
  };
}

/** The web console: one page, its parts loaded when they are opened, no address but our own. */
export default defineConfig({
  root: "src/web",
  base: "/",
  publicDir: false,
  plugins: [packAssets()],
  build: {
    outDir: join(import.meta.dirname, "dist", "web"),
    emptyOutDir: true,
    target: "es2022",
    // A strict content security policy allows no data: scripts, and what is inlined cannot be cached by itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // `npm run dev:console` beside a running `xianheng serve`.
    proxy: Object.fromEntries(["/v1", "/healthz", "/readyz"].map((path) => [path, "http://127.0.0.1:8280"])),
  },
});
