import { expect, test } from "vitest";
import { holdsAskedFigure } from "../../src/core/question-type.ts";

test.each([
  ["工资每月几号发放？", "工资在每月 10 日发放。"],
  ["水费每月几号扣？", "每月 5 日从工资中扣除。"],
  ["工资在哪天发？", "工资在每月 10 日发放。"],
  ["哪一天打扫？", "公共区域周三打扫。"],
  ["哪天交房租？", "房租月底交。"],
  ["Which day is the canteen closed?", "The canteen is closed on Sundays."],
])("%s is answered by a day of the month or week", (question, text) => {
  expect(holdsAskedFigure(question, text)).toBe(true);
});

test("a day is not answered by a price, and 几号楼 asks for a building", () => {
  expect(holdsAskedFigure("工资每月几号发放？", "工资按岗位等级计算，每级 500 元。")).toBe(false);
  expect(holdsAskedFigure("食堂在几号楼？", "食堂在 3 号楼。")).toBe(true);
});
