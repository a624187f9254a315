import { expect, test } from "vitest";
import { createProject, runCli } from "./run-cli.ts";

test("an ingest in which no file can be read still ends with its result", async () => {
  const cwd = createProject({ "corpus/empty.md": "", "corpus/cut.docx": "PK\u0003\u0004 cut short" });
  // The second run has so little to do that it closes the embedding threads while they load.
  for (const _ of ["first", "second"]) {
    const { code, stdout } = await runCli(["ingest", "--json"], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ documents: { added: 0, failed: [{}, {}] } });
  }
});
