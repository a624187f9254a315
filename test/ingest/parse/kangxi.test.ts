import { expect, test } from "vitest";
import { replaceRadicals } from "../../../src/ingest/parse/kangxi.ts";

test("maps every Kangxi radical to its compatibility decomposition", () => {
  for (let code = 0x2f00; code <= 0x2fd5; code++) {
    const radical = String.fromCodePoint(code);
    expect(replaceRadicals(radical)).toBe(radical.normalize("NFKC"));
  }
});

test("maps the radicals of simplified Chinese that Unicode does not decompose", () => {
  expect(replaceRadicals("⻓⻅⻔⻢⻥⻰⺟⺠")).toBe("长见门马鱼龙母民");
});

test("leaves everything else as it is", () => {
  const text = "⺀ Ａ① ㎡ 用户 ﬁ";
  expect(replaceRadicals(text)).toBe(text);
});
