import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { APARTMENT, createProject, PRINTERS, runCli, startCli } from "./run-cli.ts";

/** Enough to keep an ingest busy for some seconds. */
function manyDocuments(): Record<string, string> {
  const words = ["valve", "pump", "meter", "sensor", "filter", "boiler", "switch", "relay"];
  return Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [
      `corpus/device-${index}.md`,
      Array.from({ length: 6 }, (__, section) => {
        const word = `${words[(index + section) % words.length]} ${index}-${section}`;
        return `## ${word}\n\nThe ${word} is checked every ${section + 2} weeks by team ${index}. ${"It is cleaned and noted in the log. ".repeat(8)}\n`;
      }).join("\n"),
    ]),
  );
}

test("a corpus path that does not exist is an error and changes nothing", async () => {
  const cwd = createProject({ "corpus/a.md": APARTMENT, "corpus/b.md": PRINTERS });
  expect((await runCli(["ingest"], { cwd })).code).toBe(0);
  const missing = await runCli(["ingest", "nowhere"], { cwd });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("nowhere");
  rmSync(join(cwd, "corpus"), { recursive: true });
  const gone = await runCli(["ingest", "--lang", "zh"], { cwd });
  expect(gone.code).toBe(1);
  expect(gone.stderr).toMatch(/^错误：找不到文档路径/);
  expect((await runCli(["ask", "退房需要提前几天申请？"], { cwd })).stdout).toContain("三个工作日");
});

test("an empty corpus is said, and every question about it is met with silence", async () => {
  const cwd = createProject({});
  const ingest = await runCli(["ingest"], { cwd });
  expect(ingest.code).toBe(0);
  expect(ingest.stderr).toContain("No document was found");
  const ask = await runCli(["ask", "退房需要提前几天申请？"], { cwd });
  expect(ask).toMatchObject({ code: 3, stdout: "" });
});

test("two ingests at once leave a whole index", async () => {
  const cwd = createProject({ "corpus/a.md": APARTMENT, "corpus/b.md": PRINTERS });
  const both = await Promise.all([runCli(["ingest"], { cwd }), runCli(["ingest"], { cwd })]);
  const codes = both.map(({ code }) => code);
  expect(codes).toContain(0);
  for (const { code, stderr } of both) {
    if (code !== 0) expect(stderr).toMatch(/ingest/);
  }
  expect((await runCli(["ask", "退房需要提前几天申请？"], { cwd })).code).toBe(0);
});

test("two first questions at once are both answered", async () => {
  const cwd = createProject({ "corpus/a.md": APARTMENT, "corpus/b.md": PRINTERS });
  const ask = () => runCli(["ask", "退房需要提前几天申请？"], { cwd });
  for (const { code, stdout } of await Promise.all([ask(), ask()])) {
    expect(code).toBe(0);
    expect(stdout).toContain("三个工作日");
  }
});

test("a work folder that cannot be made is told with the remedy, and as JSON", async () => {
  const cwd = createProject({ "corpus/a.md": APARTMENT, taken: "a file" });
  for (const workDir of ["taken", "taken/below"]) {
    const ask = await runCli(["ask", "--json", "--work-dir", workDir, "退房需要提前几天申请？"], { cwd });
    expect(ask.code).toBe(2);
    expect(JSON.parse(ask.stdout)).toMatchObject({ outcome: "failed", reason: "config_invalid" });
    expect(ask.stderr).toContain("--work-dir");
    expect(ask.stderr).not.toContain("bug");
  }
});

test("a plain ingest says which documents from elsewhere leave the index", async () => {
  const cwd = createProject({ "corpus/a.md": APARTMENT, "elsewhere/b.md": PRINTERS });
  expect((await runCli(["ingest"], { cwd })).code).toBe(0);
  expect((await runCli(["ingest", "elsewhere"], { cwd })).code).toBe(0);
  const plain = await runCli(["ingest", "--json"], { cwd });
  expect(plain.stderr).toContain("elsewhere/b.md");
  expect(JSON.parse(plain.stdout)).toMatchObject({ documents: { removed: 1 }, notes: [{ code: "outside-removed" }] });
  expect(JSON.parse((await runCli(["ingest", "--json"], { cwd })).stdout)).not.toHaveProperty("notes");
});

test("--verbose logs what an ingest finds, reads and how long its parts take", async () => {
  const cwd = createProject({ "corpus/a.md": APARTMENT, "corpus/empty.pdf": "%PDF-1.4 broken" });
  const { stderr } = await runCli(["ingest", "--verbose"], { cwd });
  const events = stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): Record<string, unknown> => JSON.parse(line));
  const names = new Set(events.map(({ event }) => event));
  for (const name of ["ingest.start", "ingest.read", "ingest.unread", "ingest.phase", "ingest.done"]) {
    expect(names).toContain(name);
  }
  expect(events.filter(({ event }) => event === "ingest.phase").map(({ phase }) => phase)).toContain("read and embed");
});

test.skipIf(process.platform === "win32")("Ctrl-C ends the wait for queries that nobody writes", async () => {
  const cwd = createProject({ "corpus/a.md": APARTMENT });
  execFileSync("mkfifo", [join(cwd, "pipe")]);
  const { child, end } = startCli(["search", "--verbose", "--queries", "pipe"], { cwd });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  child.kill("SIGINT");
  expect(await end).toMatchObject({ code: 130, stdout: "" });
});

test("search --queries - reads stdin", async () => {
  const cwd = createProject({ "corpus/a.md": APARTMENT });
  const input = '{"id":"q","text":"退房"}\n';
  const { code, stdout } = await runCli(["search", "--json", "--queries", "-"], { cwd, input });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ id: "q", hits: [{ rank: 1 }] });
});

test("Ctrl-C ends an ingest with 130, and the next one finishes the work", async () => {
  const cwd = createProject(manyDocuments());
  const { child, end } = startCli(["ingest"], { cwd });
  const index = join(cwd, "workdir", "index");
  await vi.waitFor(() => expect(existsSync(index) && readdirSync(index).length > 0).toBe(true), {
    timeout: 20_000,
    interval: 20,
  });
  child.kill("SIGINT");
  const { code, stdout, stderr } = await end;
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(stderr).not.toContain("bug");
  const again = await runCli(["ingest", "--json"], { cwd });
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ documents: { added: 120, failed: [] } });
});

test("ask indexes first when there is no index, and Ctrl-C there ends it too", async () => {
  const cwd = createProject(manyDocuments());
  const { child, end } = startCli(["ask", "how often is the valve 0-0 checked?"], { cwd });
  const progress = vi.fn<(text: string) => void>();
  child.stderr?.on("data", (part: Buffer) => progress(part.toString()));
  await vi.waitFor(() => expect(progress).toHaveBeenCalledWith(expect.stringContaining("no index yet")), {
    timeout: 20_000,
    interval: 20,
  });
  child.kill("SIGINT");
  expect(await end).toMatchObject({ code: 130, stdout: "" });
});
