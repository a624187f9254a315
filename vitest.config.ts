import { defineConfig } from "vitest/config";

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
        test: { name: "rooms", include: ["test/**/*.test.ts"], exclude: ["test/cli/process/**"] },
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
    ],
  },
});
