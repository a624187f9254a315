import { expect, test } from "vitest";
import { markdownToText } from "../../src/channels/markdown-to-text.ts";

test("stars, hashes, code marks and escapes go, the words stay", () => {
  expect(markdownToText("## Moving out\n\n**Tell** the *office* `early`, see __page__ 3 \\*now\\* [1].")).toBe(
    "Moving out\n\nTell the office early, see page 3 *now* [1].",
  );
});

test("addresses of links stand behind their texts", () => {
  expect(markdownToText("[handbook](https://example.com/a_b) and ![](https://example.com/i.png)")).toBe(
    "handbook (https://example.com/a_b) and https://example.com/i.png",
  );
});

test("code in a fence is left as it is, without the fence", () => {
  expect(markdownToText("Run:\n```sh\n# a **b** `c`\n| --- |\n```\nDone")).toBe("Run:\n# a **b** `c`\n| --- |\nDone");
});

test("a table keeps its cells and loses its rules", () => {
  expect(markdownToText("| a | b |\n| --- | :-: |\n| 1 | 2 |")).toBe("a | b\n1 | 2");
});

test("products, names with underscores and lone stars are no emphasis", () => {
  expect(markdownToText("2 * 3 * 4, snake_case_name, a*b*c")).toBe("2 * 3 * 4, snake_case_name, a*b*c");
});
