import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APARTMENT, createProject, PRINTERS, runCli } from "./run-cli.ts";
import { freePort, pause, startServing, type Serving } from "./serving.ts";

const env = { XIANHENG_API_KEYS: "key-a", XIANHENG_ADMIN_KEY: "admin-key" };
const admin = { authorization: "Bearer admin-key" };
const member = { authorization: "Bearer key-a" };
const GYM = "# 健身房\n\n## 开放时间\n\n健身房周一到周五 6:30 开门，22:00 关门，周末不开放。\n";
const ASK_GYM = "健身房几点开门？";
const ASK_HOME = "退房要提前多久申请？";

interface Listed {
  id: string;
  source: string;
  uploaded: boolean;
}

describe("documents over HTTP", () => {
  let cwd = "";
  let port = 0;
  let url = "";
  let serving: Serving;

  beforeAll(async () => {
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const files = { "corpus/apartment.md": APARTMENT, "corpus/printers.md": PRINTERS };
    cwd = createProject(files, `[corpus]\npaths = ["corpus"]\n[server]\nport = ${port}\nmax_upload_mib = 1\n`);
    serving = startServing({ cwd, env, port });
    await serving.whenReady();
  });

  afterAll(() => {
    serving.child.kill("SIGKILL");
  });

  async function restart(): Promise<void> {
    serving.child.kill("SIGTERM");
    expect((await serving.end).code).toBe(0);
    serving = startServing({ cwd, env, port });
    await serving.whenReady();
  }

  async function upload(name: string, content: string): Promise<Response> {
    const body = new FormData();
    body.append("file", new Blob([content]), name);
    return fetch(`${url}/v1/documents`, { method: "POST", headers: admin, body });
  }

  async function sourcesOf(question: string): Promise<string[]> {
    const headers = { ...member, "content-type": "application/json" };
    const response = await fetch(`${url}/v1/query`, { method: "POST", headers, body: JSON.stringify({ question }) });
    const { citations }: { citations: { source: string }[] } = JSON.parse(await response.text());
    return citations.map(({ source }) => source);
  }

  async function listed(): Promise<Listed[]> {
    const response = await fetch(`${url}/v1/documents`, { headers: admin });
    const { documents }: { documents: Listed[] } = JSON.parse(await response.text());
    return documents;
  }

  async function remove(source: string): Promise<number> {
    const document = (await listed()).find((one) => one.source === source);
    return (await fetch(`${url}/v1/documents/${document?.id}`, { method: "DELETE", headers: admin })).status;
  }

  test("an upload answers at once, after a restart, and after an ingest in another process", async () => {
    const response = await upload("健身房.md", GYM);
    const added: { id: string; source: string } = JSON.parse(await response.text());
    expect([response.status, added]).toMatchObject([201, { source: "workdir/uploads/健身房.md", title: "健身房" }]);
    expect(await sourcesOf(ASK_GYM)).toEqual([added.source]);
    await restart();
    expect(await sourcesOf(ASK_GYM)).toEqual([added.source]);
    const run = await runCli(["ingest", "--json"], { cwd });
    expect(JSON.parse(run.stdout).documents).toEqual({ added: 0, updated: 0, unchanged: 3, removed: 0, failed: [] });
    expect(JSON.parse(run.stdout).notes).toBeUndefined();
    expect(await sourcesOf(ASK_GYM)).toEqual([added.source]);
    const asked = JSON.parse((await runCli(["ask", ASK_GYM, "--json"], { cwd })).stdout);
    expect(asked.citations[0].source).toBe(added.source);
    const inspected = JSON.parse((await runCli(["inspect", added.source, "--json"], { cwd })).stdout);
    expect(inspected.markdown).toContain(asked.citations[0].quote);
    const file = await fetch(`${url}/v1/sources/file?source=${encodeURIComponent(added.source)}`, {
      headers: member,
    });
    expect(await file.text()).toBe(GYM);
  });

  test("what cannot be read is refused with its reason, and the older document stays", async () => {
    expect((await upload("健身房.md", "")).status).toBe(422);
    expect((await upload("program.pdf", "MZ\u0090\u0000\u0003")).status).toBe(415);
    expect((await upload("big.md", "长".repeat(400_000))).status).toBe(413);
    expect((await upload("../escaped.md", GYM)).status).toBe(422);
    await expect(access(join(cwd, "workdir", "escaped.md"))).rejects.toThrow();
    expect(await sourcesOf(ASK_GYM)).toEqual(["workdir/uploads/健身房.md"]);
  });

  test("an ingest in another process that runs at the same time harms neither", async () => {
    await writeFile(join(cwd, "corpus", "bus.md"), "# 班车\n\n早上的班车 7:40 从东门出发。\n");
    const [run, ...responses] = await Promise.all([
      runCli(["ingest", "--json"], { cwd }),
      upload("one.md", "# 一\n\n会议室一在三楼。\n"),
      upload("two.md", "# 二\n\n会议室二在四楼。\n"),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([201, 201]);
    // Whoever comes second waits or names the first.
    if (run.code !== 0) expect(run.stderr).toContain("has been writing the index");
    await runCli(["ingest"], { cwd });
    expect((await listed()).map(({ source }) => source)).toEqual([
      "corpus/apartment.md",
      "corpus/bus.md",
      "corpus/printers.md",
      "workdir/uploads/one.md",
      "workdir/uploads/two.md",
      "workdir/uploads/健身房.md",
    ]);
  });

  test("a re-index runs beside the questions and tells its end", async () => {
    const begun = await fetch(`${url}/v1/documents/reindex`, { method: "POST", headers: admin });
    expect([begun.status, await begun.json()]).toMatchObject([202, { state: "running" }]);
    expect(await sourcesOf(ASK_GYM)).toEqual(["workdir/uploads/健身房.md"]);
    const headers = { ...admin, accept: "text/event-stream" };
    const events = await (await fetch(`${url}/v1/documents/reindex`, { headers })).text();
    expect(events).toMatch(/event: done\ndata: \{"state":"done"/u);
  });

  test("what was deleted is silent, and stays so through ingest and restart", async () => {
    expect(await remove("workdir/uploads/健身房.md")).toBe(204);
    expect(await remove("corpus/apartment.md")).toBe(204);
    expect(await remove("corpus/apartment.md")).toBe(404);
    expect(await sourcesOf(ASK_GYM)).toEqual([]);
    expect(await sourcesOf(ASK_HOME)).toEqual([]);
    await runCli(["ingest"], { cwd });
    await restart();
    expect(await sourcesOf(ASK_GYM)).toEqual([]);
    expect(await sourcesOf(ASK_HOME)).toEqual([]);
    await access(join(cwd, "corpus", "apartment.md"));
    await expect(access(join(cwd, "workdir", "uploads", "健身房.md"))).rejects.toThrow();
    const silent = await runCli(["ask", ASK_HOME, "--json"], { cwd });
    expect([silent.code, JSON.parse(silent.stdout).outcome]).toEqual([3, "declined"]);
  });

  test("a process that is killed in the middle of an upload has the older document or the newer one", async () => {
    expect((await upload("健身房.md", GYM)).status).toBe(201);
    // Received, being read, in its place, or being indexed.
    for (const [turn, ms] of [5, 80, 250, 600].entries()) {
      const later = upload("健身房.md", GYM.replace("6:30", `8:1${turn}`)).catch(() => undefined);
      await pause(ms);
      serving.child.kill("SIGKILL");
      await Promise.all([later, serving.end]);
      serving = startServing({ cwd, env, port });
      await serving.whenReady();
      expect(await sourcesOf(ASK_GYM)).toEqual(["workdir/uploads/健身房.md"]);
    }
    await runCli(["ingest"], { cwd });
    const asked = JSON.parse((await runCli(["ask", ASK_GYM, "--json"], { cwd })).stdout);
    const kept = await readFile(join(cwd, "workdir", "uploads", "健身房.md"), "utf8");
    expect(kept).toContain(asked.citations[0].quote);
    expect((await listed()).map(({ source }) => source).filter((source) => source.includes(".incoming"))).toEqual([]);
  });
});
