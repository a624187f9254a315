/*
 * `xianheng serve` under load, without a model: the built program as a process over the sample corpus, clients in another
 * process. `npm run bench -- http`; XIANHENG_BENCH_SECONDS is the time of the 64 clients (60, with `--quick` 10). On two cores the
 * clients take theirs too, so both processor times are told.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CORPUS_FOLDER, giveFigures, inTemporaryFolder, MODEL_FOLDER, PROGRAM } from "./built-program.ts";
import { median, percentile, type Figure } from "./figure.ts";
import type { ClientReport } from "./http-clients.ts";
import { startStandIn } from "./start-stand-in.ts";

const CLIENTS = 64;
const STREAMS = 8;
const isQuick = process.argv.includes("--quick");
const SECONDS = Number(process.env["XIANHENG_BENCH_SECONDS"] ?? (isQuick ? 10 : 60));
/** Of one client, before and after the many; the sum is half the time of the many. */
const ALONE_SECONDS = SECONDS / 4;
/** Until each of the sample questions was asked some times: vectors of sentences are kept, and code is compiled. */
const WARM_UP_SECONDS = Math.min(10, SECONDS / 2);

interface Serving {
  url: string;
  child: ChildProcess;
  exit: Promise<number | null>;
}

async function startServing(folder: string, extra = ""): Promise<Serving> {
  const config = [
    `[corpus]\npaths = ["${CORPUS_FOLDER}"]\nexclude = ["questions/**"]`,
    `[embedding]\nmodel = "${MODEL_FOLDER}"`,
    "[server]\nport = 0\nrequests_per_minute = 0",
    extra,
  ];
  await writeFile(join(folder, "config.ini"), config.join("\n\n"));
  const profile = process.env["XIANHENG_BENCH_PROFILE"];
  const flags = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const child = spawn(process.execPath, [...flags, PROGRAM, "serve", "--work-dir", join(folder, "workdir")], {
    cwd: folder,
    stdio: ["ignore", "inherit", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8", STUB_KEY: "sk-bench-0123456789" },
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const found = /http:\/\/[\d.]+:\d+/u.exec(said);
      if (found !== null) resolve(found[0]);
    });
    void exit.then((code) => reject(new Error(`serve ended with ${code}: ${said}`)));
  });
  while (!(await fetch(`${url}/readyz`)).ok) await delay(100);
  return { url, child, exit };
}

async function runClients(url: string, clients: number, seconds: number): Promise<ClientReport> {
  const path = fileURLToPath(new URL("http-clients.ts", import.meta.url));
  const seed = Math.floor(Math.random() * 1_000_000_000);
  const args = ["--import", "tsx", path, url, String(clients), String(seconds), String(seed)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const [code]: unknown[] = await once(child, "close");
  if (code !== 0) throw new Error(`the clients ended with ${String(code)}`);
  const report: ClientReport = JSON.parse(stdout);
  return report;
}

/** Reading them also begins the next stretch of the event loop's delays. */
async function readMetrics(url: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return (name) => Number(new RegExp(`^${name} (\\S+)$`, "mu").exec(text)?.[1] ?? Number.NaN);
}

interface Stretch extends ClientReport {
  perSecond: number;
  serverCpuMs: number;
  /** p50, p99 and most, in milliseconds. */
  loopDelay: { p50: number; p99: number; most: number };
  residentMib: number;
}

async function stretch(url: string, clients: number, seconds: number): Promise<Stretch> {
  const before = await readMetrics(url);
  const report = await runClients(url, clients, seconds);
  const after = await readMetrics(url);
  const count = report.waits.length;
  const delayOf = (part: string): number => after(`nodejs_eventloop_lag_${part}_seconds`) * 1000;
  const cpu = "process_cpu_seconds_total";
  return {
    ...report,
    perSecond: count / report.seconds,
    serverCpuMs: ((after(cpu) - before(cpu)) * 1000) / count,
    loopDelay: { p50: delayOf("p50"), p99: delayOf("p99"), most: delayOf("max") },
    residentMib: after("process_resident_memory_bytes") / 2 ** 20,
  };
}

function facts({ outcomes, cpuMs, serverCpuMs }: Stretch): string {
  const ends = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  return `${ends.join(", ")}; processor ${serverCpuMs.toFixed(1)} + ${cpuMs.toFixed(2)} ms a request`;
}

async function measureLoad(folder: string): Promise<Figure[]> {
  const { url, child, exit } = await startServing(folder);
  await runClients(url, 8, WARM_UP_SECONDS);
  const first = await stretch(url, 1, ALONE_SECONDS);
  const many = await stretch(url, CLIENTS, SECONDS);
  const last = await stretch(url, 1, ALONE_SECONDS);
  child.kill("SIGTERM");
  await exit;
  const overheads = [...first.overheads, ...last.overheads];
  const aloneWaits = [...first.waits, ...last.waits];
  const alonePerSecond = aloneWaits.length / (first.seconds + last.seconds);
  const [p50, p99] = [percentile(many.waits, 0.5), percentile(many.waits, 0.99)];
  const ran = `${many.waits.length} questions, each new, ${CLIENTS} clients, ${many.seconds.toFixed(0)} s`;
  return [
    {
      name: "`/v1/query` beyond the pipeline itself, p50",
      value: median(overheads),
      unit: "ms",
      also: `p99 ${percentile(overheads, 0.99).toFixed(1)}; whole ${median(aloneWaits).toFixed(1)} ms`,
      ran: `${overheads.length} questions of one client; ${facts(first)}`,
      atLeast: 5,
      aim: 2,
    },
    {
      name: `${CLIENTS} clients: errors`,
      value: many.outcomes["error"] ?? 0,
      unit: "count",
      ran: `${ran}; ${facts(many)}`,
      atLeast: 0,
      aim: 0,
    },
    {
      name: `${CLIENTS} clients: p99 / p50`,
      value: p99 / p50,
      unit: "ratio",
      also: `${p99.toFixed(0)} ms / ${p50.toFixed(0)} ms`,
      ran,
      atLeast: 6,
      aim: 3,
    },
    {
      name: `throughput of ${CLIENTS} clients against one`,
      value: many.perSecond / alonePerSecond,
      unit: "ratio",
      also: `${many.perSecond.toFixed(0)}/s against ${first.perSecond.toFixed(0)} before and ${last.perSecond.toFixed(0)} after`,
      ran,
      atLeast: 1.6,
      aim: 1.9,
      better: "higher",
    },
    {
      name: `${CLIENTS} clients: delay of the server's event loop, p99`,
      value: many.loopDelay.p99,
      unit: "ms",
      also: `p50 ${many.loopDelay.p50.toFixed(1)}, most ${many.loopDelay.most.toFixed(0)}; an idle loop has 10 to 11`,
      ran,
      atLeast: 80,
      aim: 25,
    },
    { name: `${CLIENTS} clients: memory of the server`, value: many.residentMib, unit: "MiB", ran },
  ];
}

/** Told to stop while streams are open: each must come to its `done`, and the process to 0. */
async function measureStop(folder: string): Promise<Figure> {
  const standIn = await startStandIn();
  try {
    const gateway = `[[llm]]\nprovider = "openai"\nmodel = "stub"\nbase_url = "${standIn.url}/slow/v1"\napi_key_env = "STUB_KEY"`;
    const { url, child, exit } = await startServing(folder, gateway);
    const headers = { "content-type": "application/json", accept: "text/event-stream" };
    const body = JSON.stringify({ question: "退宿要提前几天申请？" });
    const streams = await Promise.all(
      Array.from({ length: STREAMS }, async () => fetch(`${url}/v1/query`, { method: "POST", headers, body })),
    );
    await delay(500);
    const toldAt = performance.now();
    child.kill("SIGTERM");
    const texts = await Promise.all(streams.map(async (stream) => stream.text().catch(() => "")));
    const finished = texts.filter((text) => text.includes("event: done")).length;
    const code = await exit;
    return {
      name: `SIGTERM with ${STREAMS} streams open: streams cut off`,
      value: STREAMS - finished,
      unit: "count",
      also: `exit code ${String(code)}${code === 0 ? "" : " (wanted 0)"}, ${((performance.now() - toldAt) / 1000).toFixed(1)} s after the signal`,
      ran: `${finished} finished; a gateway that writes for 3 s`,
      atLeast: code === 0 ? 0 : -1,
    };
  } finally {
    standIn.stop();
  }
}

giveFigures([...(await inTemporaryFolder(measureLoad)), await inTemporaryFolder(measureStop)]);
