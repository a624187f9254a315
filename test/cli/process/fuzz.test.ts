import fc from "fast-check";
import { expect, test } from "vitest";
import { readDocument } from "../../http/documented-api.ts";
import { fuzzBy, requestsOf } from "../../http/fuzzed-requests.ts";
import { APARTMENT, createProject, PRINTERS } from "./run-cli.ts";
import { freePort, startServing } from "./serving.ts";

const SEED = Number(process.env["XIANHENG_FUZZ_SEED"] ?? 20_241_124);
const REQUESTS = Number(process.env["XIANHENG_FUZZ_SERVE_REQUESTS"] ?? 300);

test(`${REQUESTS} requests, fitting or not, bring the service no fault, and it ends as it should (seed ${SEED})`, async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cwd = createProject(
    { "corpus/apartment.md": APARTMENT, "corpus/printers.md": PRINTERS },
    `[corpus]\npaths = ["corpus"]\n[server]\nport = ${port}\nmax_body_kib = 64\nrequests_per_minute = 0\n`,
  );
  const env = { XIANHENG_API_KEYS: "k1", XIANHENG_ADMIN_KEY: "admin-key" };
  const serving = startServing({ cwd, env, port });
  try {
    await serving.whenReady();
    const document = readDocument(await (await fetch(`${url}/openapi.json`)).text());
    const fuzzing = fuzzBy(document);
    await fc.assert(
      fc.asyncProperty(requestsOf(document), async (request) => {
        expect(await fuzzing.faultOf(url, request)).toBeUndefined();
      }),
      { seed: SEED, numRuns: REQUESTS },
    );
    expect(fuzzing.statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 20);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    serving.child.kill("SIGTERM");
    const { code, stderr } = await serving.end;
    expect([code, stderr.split("\n").filter((line) => line.includes("http.fault"))]).toEqual([0, []]);
  } finally {
    serving.child.kill("SIGKILL");
  }
});
