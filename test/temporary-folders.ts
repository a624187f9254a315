import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const PREFIX = "xianheng-tests-";

/** All that the tests and their processes leave in the folder for temporary files is in one of its own, which goes with them. */
export function setup(): () => void {
  // Each project of the tests comes by here; a folder in a folder in a folder makes paths too long for sockets.
  if (basename(tmpdir()).startsWith(PREFIX)) return () => undefined;
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
