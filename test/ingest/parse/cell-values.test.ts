import { expect, test } from "vitest";
import { formatNumber, numberKind } from "../../../src/ingest/parse/cell-values.ts";

test("tells dates, times, percentages and padded codes by their formats", () => {
  expect(numberKind(14, undefined)).toBe("date");
  expect(numberKind(31, undefined)).toBe("date");
  expect(numberKind(20, undefined)).toBe("time");
  expect(numberKind(2, undefined)).toBe("number");
  expect(numberKind(164, "yyyy/m/d;@")).toBe("date");
  expect(numberKind(164, "[$-804]mmmm")).toBe("date");
  expect(numberKind(164, "h:mm:ss")).toBe("time");
  expect(numberKind(164, "[h]:mm")).toBe("elapsed");
  expect(numberKind(164, "0.00%")).toBe("percent");
  expect(numberKind(164, "00000")).toEqual({ zeroPadded: 5 });
  expect(numberKind(164, '#,##0.00"days"')).toBe("number");
  expect(numberKind(164, "[Red]0.00")).toBe("number");
  expect(numberKind(164, "General")).toBe("number");
});

test("shows serial numbers as ISO dates, with the leap day that never was", () => {
  expect(formatNumber(45352, "date")).toBe("2024-03-01");
  expect(formatNumber(1, "date")).toBe("1900-01-01");
  expect(formatNumber(61, "date")).toBe("1900-03-01");
  expect(formatNumber(45352.5, "date")).toBe("2024-03-01 12:00");
  expect(formatNumber(43890, "date", true)).toBe("2024-03-01");
  expect(formatNumber(0.75, "time")).toBe("18:00");
  expect(formatNumber(1.5, "elapsed")).toBe("36:00");
});

test("shows numbers without binary noise and never fails on odd ones", () => {
  expect(formatNumber(0.1 + 0.2, "number")).toBe("0.3");
  expect(formatNumber(0.07 * 100, "number")).toBe("7");
  expect(formatNumber(0.285, "percent")).toBe("28.5%");
  expect(formatNumber(-5, "date")).toBe("-5");
  expect(formatNumber(1e12, "date")).toBe("1000000000000");
  expect(formatNumber(Number.NaN, "date")).toBe("");
  expect(formatNumber(-7, { zeroPadded: 3 })).toBe("-007");
});
