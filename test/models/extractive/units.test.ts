import { expect, test } from "vitest";
import { readUnits } from "../../../src/models/extractive/units.ts";

test("reads sentences, items and rows with what they are about", () => {
  const text = [
    "## 退宿",
    "",
    "请提前申请。材料如下：",
    "",
    "1. 押金收据",
    "2. 银行卡",
    "",
    "| 项目 | 单价 |",
    "| --- | --- |",
    "| 门卡 | 20 元 |",
  ].join("\n");
  expect(readUnits(text, "指南").map(({ kind, text: said, context }) => [kind, said, context])).toEqual([
    ["sentence", "请提前申请。", "退宿"],
    ["lead", "材料如下：", "退宿"],
    ["item", "1. 押金收据", "退宿 材料如下："],
    ["item", "2. 银行卡", "退宿 材料如下："],
    ["row", "项目：门卡；单价：20 元", "退宿"],
  ]);
});

test("keeps a code block whole", () => {
  const units = readUnits("调用示例\n\n```sh\ncurl -X POST\n\necho\n```\n好。", "接口");
  expect(units.map((unit) => unit.kind)).toEqual(["sentence", "code", "sentence"]);
  expect(units[1]?.text).toBe("```sh\ncurl -X POST\n\necho\n```");
});

test("ends at the text's end when a fence is never closed", () => {
  expect(readUnits("```\na\nb", "x")).toHaveLength(1);
});

test("joins an item with its indented continuation", () => {
  expect(readUnits("- 第一行\n  第二行\n- 另一项", "x").map((unit) => unit.text)).toEqual([
    "- 第一行 第二行",
    "- 另一项",
  ]);
});

test("items of one list share a group, two lists do not", () => {
  const groups = readUnits("- a\n- b\n\n段落。\n\n- c", "x").map((unit) => unit.group);
  expect(groups[0]).toBe(groups[1]);
  expect(groups[3]).not.toBe(groups[0]);
});

test("reads a row with the unit that its header gives", () => {
  const [row] = readUnits("| 项目 | 单价（元） |\n| --- | --- |\n| 门卡 | 20 |", "x");
  expect(row?.text).toBe("项目：门卡；单价：20 元");
});

test("a lead reaches over a blank line to the code below", () => {
  const units = readUnits("地址如下：\n\n```\nhttps://a.b\n```", "x");
  expect(units.map(({ kind, context }) => [kind, context])).toEqual([
    ["lead", "x"],
    ["code", "x 地址如下："],
  ]);
});

test("the question of a FAQ leads to its answer, up to the next question", () => {
  const text = "1. What if memory is low?\n\nUse a smaller batch.\n\nOr int8.\n\n2. Which licence?\n\nApache.";
  expect(readUnits(text, "FAQ").map(({ kind, text: said, context }) => [kind, said, context])).toEqual([
    ["lead", "1. What if memory is low?", "FAQ"],
    ["sentence", "Use a smaller batch.", "FAQ 1. What if memory is low?"],
    ["sentence", "Or int8.", "FAQ 1. What if memory is low?"],
    ["lead", "2. Which licence?", "FAQ"],
    ["sentence", "Apache.", "FAQ 2. Which licence?"],
  ]);
});
