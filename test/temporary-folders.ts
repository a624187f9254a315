import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** All that the tests and their processes leave in the folder for temporary files is in one of its own, which goes with them. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "xianheng-tests-"));
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
