import { defineConfig } from "vite";

/** The web console: one page, its parts loaded when they are opened, no address but our own. */
export default defineConfig({
  root: "src/web",
  base: "/",
  publicDir: false,
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2022",
    // A strict content security policy allows no data: scripts, and what is inlined cannot be cached by itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    // `npm run dev:console` beside a running `xianheng serve`.
    proxy: Object.fromEntries(["/v1", "/healthz", "/readyz"].map((path) => [path, "http://127.0.0.1:8280"])),
  },
});
