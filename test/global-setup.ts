import { execFile } from "node:child_process";
import { chmod, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");

/** Builds dist/ once before the tests of the command line, unless it is newer than every source. */
export async function setup(): Promise<void> {
  const built = await modifiedMs(join(DIST, "cli", "main.js"));
  const sources = await readdir(join(ROOT, "src"), { recursive: true });
  const times = await Promise.all(
    [
      "package.json",
      "tsconfig.json",
      "tsconfig.build.json",
      "vite.config.ts",
      ...sources.map((file) => join("src", file)),
    ].map((file) => modifiedMs(join(ROOT, file))),
  );
  if (Math.max(...times) < built) return;
  // A module that was renamed must not live on in dist/.
  await rm(DIST, { recursive: true, force: true });
  await run(join("typescript", "bin", "tsc"), ["-p", "tsconfig.build.json"]);
  await run(join("vite", "bin", "vite.js"), ["build", "--logLevel", "warn"]);
  // As `npm run build` does: who has run the program by npx before can do so afterwards.
  await chmod(join(DIST, "cli", "main.js"), 0o755);
}

async function run(tool: string, given: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, "node_modules", tool), ...given], { cwd: ROOT }).catch(
    (error: unknown) => {
      const output = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
      throw new Error(`The build failed (${tool}):\n${output}`, { cause: error });
    },
  );
}

async function modifiedMs(path: string): Promise<number> {
  return stat(path).then(
    (facts) => facts.mtimeMs,
    () => 0,
  );
}
