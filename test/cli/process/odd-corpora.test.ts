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

test("doctor names an index without documents in every language, under the same name for scripts", async () => {
  const cwd = createProject({});
  await runCli(["ingest"], { cwd });
  for (const lang of ["en", "zh"]) {
    const { code, stdout } = await runCli(["doctor", "--json", "--lang", lang], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({
        check: "index",
        status: "warning",
        remedy: expect.stringContaining("xianheng ingest"),
      }),
    );
  }
});

test("an empty path indexes nothing, least of all the current folder", async () => {
  const cwd = createProject({ "stray.md": "# Stray\n" });
  const { code, stdout, stderr } = await runCli(["ingest", ""], { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("A path is empty");
});

test("a work folder that is a file is the owner's to mend, no bug", async () => {
  const cwd = createProject({ "corpus/a.md": "# A\n\nText.\n", taken: "a file" });
  for (const command of [["ingest"], ["ask", "怎么退房？"], ["search", "退房"]]) {
    const { code, stdout, stderr } = await runCli([...command, "--work-dir", "taken"], { cwd });
    expect(code).toBeGreaterThan(0);
    expect(code).toBeLessThan(3);
    expect(stdout).toBe("");
    expect(stderr).toContain("--work-dir");
    expect(stderr).not.toContain("bug");
  }
});
