import fc from "fast-check";
import { expect, test } from "vitest";
import { createQuietHours } from "../../src/group/quiet-hours.ts";

const at = (iso: string): number => Date.parse(iso);

test("a night over midnight ends in the morning of the zone", () => {
  const quiet = createQuietHours({ spans: ["22:00-08:00"], timezone: "Asia/Shanghai" });
  expect(quiet.endAt(at("2026-11-24T13:59:59Z"))).toBeUndefined();
  expect(quiet.endAt(at("2026-11-24T14:00:00Z"))).toBe(at("2026-11-25T00:00:00Z"));
  expect(quiet.endAt(at("2026-11-24T23:59:59.999Z"))).toBe(at("2026-11-25T00:00:00Z"));
  expect(quiet.endAt(at("2026-11-25T00:00:00Z"))).toBeUndefined();
});

test("spans that touch are one", () => {
  const quiet = createQuietHours({ spans: ["20:00-24:00", "00:00-07:45"], timezone: "Asia/Kathmandu" });
  expect(quiet.endAt(at("2026-11-24T15:00:00Z"))).toBe(at("2026-11-25T02:00:00Z"));
});

test("an empty span is none", () => {
  expect(
    createQuietHours({ spans: ["08:00-08:00"], timezone: "UTC" }).endAt(at("2026-11-24T08:00:00Z")),
  ).toBeUndefined();
});

test("the night in which clocks are put forward is an hour shorter", () => {
  const quiet = createQuietHours({ spans: ["22:00-08:00"], timezone: "Europe/Berlin" });
  expect(quiet.endAt(at("2026-03-28T21:00:00Z"))).toBe(at("2026-03-29T06:00:00Z"));
});

test("the night in which clocks are put back is an hour longer", () => {
  const quiet = createQuietHours({ spans: ["22:00-08:00"], timezone: "Europe/Berlin" });
  expect(quiet.endAt(at("2026-10-24T20:00:00Z"))).toBe(at("2026-10-25T07:00:00Z"));
});

test("an end within the hour that is left out is the moment of the change", () => {
  const quiet = createQuietHours({ spans: ["01:00-02:30"], timezone: "Europe/Berlin" });
  expect(quiet.endAt(at("2026-03-29T00:30:00Z"))).toBe(at("2026-03-29T01:00:00Z"));
});

test("the end of a night is awake, and every minute before it is quiet", () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
  const zones = fc.constantFrom("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC");
  fc.assert(
    fc.property(
      time,
      time,
      zones,
      fc.date({ min: new Date("2026-01-01"), max: new Date("2027-01-01"), noInvalidDate: true }),
      (from, to, timezone, date) => {
        const spans = [`${from}-${to}`];
        const end = createQuietHours({ spans, timezone }).endAt(date.getTime());
        if (end === undefined) return;
        expect(end).toBeGreaterThan(date.getTime());
        expect(createQuietHours({ spans, timezone }).endAt(end)).toBeUndefined();
        expect(createQuietHours({ spans, timezone }).endAt(end - 1)).toBe(end);
      },
    ),
    { numRuns: 100 },
  );
});
