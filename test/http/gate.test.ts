import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { serveApi } from "./api-fixture.ts";
import { fakeConsole } from "./console-fixture.ts";

const ADMIN = { authorization: "Bearer admin-key" };

test("the gate is told with its lines, curve, measures and what to label next", async () => {
  const groups: unknown[] = [];
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        async gate({ group }, signal) {
          groups.push(group);
          const { measures: _, ...view } = await fakeConsole().gate({ group }, signal);
          return group === "new" ? { ...view, measures: undefined } : fakeConsole().gate({ group }, signal);
        },
      },
    },
  );
  expect((await fetch(`${api.url}/v1/gate`)).status).toBe(401);
  const read = async (search: string) => fetch(`${api.url}/v1/gate${search}`, { headers: ADMIN });
  expect(await (await read("")).json()).toMatchObject({
    kind: "tuned",
    threshold: 0.4,
    lines: [{ id: "q1", positive: true, speaks: true }, { id: "q2" }],
    measures: { f1: 1 },
    to_label: [{ id: "q3", probability: 0.41 }],
  });
  expect(await (await read("?group=new")).json()).toMatchObject({ measures: null });
  expect(groups).toEqual([undefined, "new"]);
  expect((await read("?group=")).status).toBe(422);
});

test("tuning says how well it will do, and why it cannot", async () => {
  const asked: unknown[] = [];
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        async tuneGate(options, signal) {
          asked.push(options);
          if (options.group === "few")
            throw new AppError("usage", "There are 3 labelled lines; at least 10 are needed.");
          return fakeConsole().tuneGate(options, signal);
        },
      },
    },
  );
  expect((await api.post("/v1/gate/tune", {})).status).toBe(401);
  const tuned = await api.post("/v1/gate/tune", { max_wrong: 0.01 }, ADMIN);
  expect(await tuned.json()).toMatchObject({ threshold: 0.5, crossValidated: { f1: 0.85 }, labels: { positive: 6 } });
  const few = await api.post("/v1/gate/tune", { group: "few" }, ADMIN);
  expect(few.status).toBe(422);
  expect(await few.json()).toMatchObject({ detail: "There are 3 labelled lines; at least 10 are needed." });
  for (const max_wrong of [0, 1, "0.1"]) {
    expect((await api.post("/v1/gate/tune", { max_wrong }, ADMIN)).status).toBe(422);
  }
  expect(asked).toEqual([
    { maxWrong: 0.01, group: undefined },
    { maxWrong: undefined, group: "few" },
  ]);
});
