import { expect, test } from "vitest";
import { Reviewer, type Reviewed } from "../../src/pipeline/review.ts";
import type { Material } from "../../src/pipeline/turn.ts";
import { makeMaterial } from "../fixtures/pipeline/material.ts";

function review(material: Material[], text: string, cite = true): Reviewed & { dropped: string[]; streamed: string } {
  const dropped: string[] = [];
  let streamed = "";
  const reviewer = new Reviewer({
    material,
    cite,
    onText: (piece) => (streamed += piece),
    onDrop: (sentence) => dropped.push(sentence),
  });
  reviewer.push(text);
  return { ...reviewer.end(), dropped, streamed };
}

const guide = makeMaterial(
  "退宿须提前3个工作日发邮件至 APTService@pjlab.org.cn 申请。押金收据请保管好。",
  "公寓办公室工作时间为每日 9:00-21:00。",
);

test("keeps a supported sentence and gives its passage as citation", () => {
  const result = review(guide, "退宿请提前三个工作日发邮件至 APTService@pjlab.org.cn [1]。");
  expect(result.answer).toBe("退宿请提前三个工作日发邮件至 APTService@pjlab.org.cn。[1]");
  expect(result.citations).toHaveLength(1);
  expect(result.citations[0]?.quote).toBe("退宿须提前3个工作日发邮件至 APTService@pjlab.org.cn 申请。");
});

test("drops a citation that does not exist and finds the passage that says it", () => {
  const result = review(guide, "办公室每日 9:00-21:00 工作[9]。");
  expect(result.answer).toBe("办公室每日 9:00-21:00 工作。[1]");
  expect(result.citations[0]?.source).toBe("2.md");
});

test("moves a sentence from the wrong passage to the one that holds its numbers", () => {
  const result = review(guide, "工作时间为每日 9:00-21:00。[1]");
  expect(result.citations.map((citation) => citation.source)).toEqual(["2.md"]);
});

test("drops a sentence whose number no passage holds", () => {
  const result = review(guide, "押金为 2000 元[1]。押金收据请保管好[1]。");
  expect(result.answer).toBe("押金收据请保管好。[1]");
  expect(result.dropped).toEqual(["押金为 2000 元。"]);
});

test("drops what the passages do not say even when it is cited", () => {
  const result = review(guide, "公寓允许饲养猫狗等宠物[1]。");
  expect(result.answer).toBe("");
  expect(result.citations).toEqual([]);
});

test("says a lead only when something follows it", () => {
  expect(review(guide, "步骤如下：\n公寓允许养猫[1]。").answer).toBe("");
  expect(review(guide, "步骤如下：\n- 押金收据请保管好[1]。").answer).toBe("步骤如下：\n- 押金收据请保管好。[1]");
});

test("numbers citations anew so that every mark has its citation", () => {
  const result = review(guide, "每日 9:00-21:00 工作[2]。押金收据请保管好[1]。");
  expect(result.answer).toBe("每日 9:00-21:00 工作。[1]押金收据请保管好。[2]");
  expect(result.citations.map((citation) => [citation.n, citation.source])).toEqual([
    [1, "2.md"],
    [2, "1.md"],
  ]);
});

test("leaves the marks out when citing is off and still lists the citations", () => {
  const result = review(guide, "押金收据请保管好[1]。", false);
  expect(result.answer).toBe("押金收据请保管好。");
  expect(result.citations).toHaveLength(1);
});

test("accepts a translation when its figures are right", () => {
  const right = review(guide, "Write to APTService@pjlab.org.cn 3 working days before you leave [1].");
  expect(right.answer).toContain("APTService@pjlab.org.cn");
  const wrong = review(guide, "Write to APTService@pjlab.org.cn 7 working days before you leave [1].");
  expect(wrong.answer).toBe("");
});

test("streams exactly the answer", () => {
  const result = review(guide, "要点：\n1. 押金收据请保管好[1]。\n2. 押金 9999 元[1]。\n3. 每日 9:00-21:00[2]。");
  expect(result.streamed).toBe(result.answer);
  expect(result.answer).toBe("要点：\n1. 押金收据请保管好。[1]\n3. 每日 9:00-21:00。[2]");
});

test("reads marks in other brackets and several in one", () => {
  expect(review(guide, "押金收据请保管好【1】。").answer).toBe("押金收据请保管好。[1]");
  expect(review(guide, "押金收据请保管好，每日 9:00-21:00 工作[1，2]。").citations).toHaveLength(2);
});

test("drops a wrong figure that only a list marker of the source bears out", () => {
  const material = makeMaterial("1. 退宿须提前3个工作日申请。\n5. 退房当天验收签字。");
  expect(review(material, "退宿须提前 5 个工作日申请。[1]").answer).toBe("");
});

test("keeps brackets inside code and takes only the marks behind it", () => {
  const material = makeMaterial("调用示例\n\n```py\nprint(reply[0], reply[1, 2])  # see [4]\n```");
  const result = review(material, "```py\nprint(reply[0], reply[1, 2])  # see [4]\n```\n[1]");
  expect(result.answer).toBe("```py\nprint(reply[0], reply[1, 2])  # see [4]\n```\n[1]");
  expect(result.citations.map((citation) => citation.n)).toEqual([1]);
});
