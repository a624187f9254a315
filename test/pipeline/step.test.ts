import { expect, test } from "vitest";
import { pipeline, type Step } from "../../src/pipeline/step.ts";

const signal = new AbortController().signal;
const double: Step<number, { doubled: number }> = async (turn) => ({ next: { doubled: turn * 2 } });
const refuseOdd: Step<number, number> = async (turn) =>
  turn % 2 === 1 ? { end: { kind: "declined", reason: "unrelated" } } : { next: turn };

test("runs steps in order and reports the time of each", async () => {
  let time = 0;
  const times: [string, number][] = [];
  const run = pipeline("refuse", refuseOdd)
    .step("double", double)
    .build(() => (time += 5));
  expect(await run(4, signal, (name, ms) => times.push([name, ms]))).toEqual({ next: { doubled: 8 } });
  expect(times).toEqual([
    ["refuse", 5],
    ["double", 5],
  ]);
});

test("ends at the first step that ends the turn", async () => {
  const run = pipeline("refuse", refuseOdd)
    .step("double", double)
    .build(() => 0);
  expect(await run(3, signal)).toEqual({ end: { kind: "declined", reason: "unrelated" } });
});

test("does not begin a step after the call was given up", async () => {
  const controller = new AbortController();
  controller.abort(new Error("given up"));
  const run = pipeline("refuse", refuseOdd).build(() => 0);
  await expect(run(2, controller.signal)).rejects.toThrow("given up");
});

test("does not compile when a step needs what no earlier step gives", () => {
  // @ts-expect-error `refuseOdd` takes a number, `double` gives an object.
  expect(pipeline("double", double).step("refuse", refuseOdd)).toBeDefined();
});
