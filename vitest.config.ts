import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

const chromium = process.env["XIANHENG_TEST_CHROMIUM"] ?? "/usr/bin/chromium";
const hasBrowser = existsSync(chromium);
// oxlint-disable-next-line no-console -- whoever runs the tests should know what they leave out
if (!hasBrowser) console.warn(`No Chromium at ${chromium}: the web console is not tested (apt-get install chromium).`);

/** The console as built into dist/, in a real browser. */
const CONSOLE = {
  extends: true as const,
  test: {
    name: "web",
    include: ["test/web/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
};

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    globalSetup: ["test/temporary-folders.ts"],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Tests from source load onnxruntime without the command line; it must not report them to anyone.
    env: { ORT_DISABLE_TELEMETRY: "1" },
    projects: [
      {
        extends: true,
        test: { name: "rooms", include: ["test/**/*.test.ts"], exclude: ["test/cli/process/**", "test/web/**"] },
      },
      {
        // These run the built program as a process of its own; only they need dist/.
        extends: true,
        test: {
          name: "process",
          include: ["test/cli/process/**/*.test.ts"],
          globalSetup: ["test/global-setup.ts"],
          testTimeout: 60_000,
        },
      },
      ...(hasBrowser ? [CONSOLE] : []),
    ],
  },
});
