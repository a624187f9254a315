import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nearestKey } from "../../src/config/nearest-key.ts";
import { editDistance } from "../../src/core/edit-distance.ts";

test.each([
  ["per_hour", "per_hour", 0],
  ["per_huor", "per_hour", 1],
  ["per_hours", "per_hour", 1],
  ["er_hour", "per_hour", 1],
  ["", "abc", 3],
  ["安静时段", "静安时段", 1],
])("%s is as far from %s as the fewest edits", (left, right, distance) => {
  expect(editDistance(left, right)).toBe(distance);
});

test("distance is symmetric, zero only for equal words and never over the longer one", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
      const distance = editDistance(left, right);
      expect(distance).toBe(editDistance(right, left));
      expect(distance === 0).toBe(left === right);
      expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
    }),
  );
});

test.each([
  ["provder", "provider"],
  ["Per-Hour", "per_hour"],
  ["debounce", "debounce_s"],
  ["timeout_sec", "timeout_s"],
])("%s means %s", (key, meant) => {
  expect(nearestKey(key, ["provider", "per_hour", "per_day", "debounce_s", "timeout_s"])).toBe(meant);
});

test("a key that resembles nothing has no nearest one", () => {
  expect(nearestKey("zzzzzz", ["provider", "per_hour"])).toBeUndefined();
  expect(nearestKey("x".repeat(100_000), ["provider"])).toBeUndefined();
});
