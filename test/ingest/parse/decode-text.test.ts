import { expect, test } from "vitest";
import { decodeText } from "../../../src/ingest/parse/decode-text.ts";

/** Bytes of a text in a double-byte encoding, by looking each character up in the decoder's own table. */
function encode(text: string, encoding: string): Uint8Array {
  const table = tableOf(encoding);
  const bytes = Array.from(text).flatMap((character) => table.get(character) ?? [character.charCodeAt(0)]);
  return Uint8Array.from(bytes);
}

const tables = new Map<string, Map<string, number[]>>();

function tableOf(encoding: string): Map<string, number[]> {
  const known = tables.get(encoding);
  if (known !== undefined) return known;
  const table = new Map<string, number[]>();
  const decoder = new TextDecoder(encoding);
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (Array.from(character).length === 1 && character !== "\ufffd" && !table.has(character))
        table.set(character, [lead, trail]);
    }
  }
  tables.set(encoding, table);
  return table;
}

function utf16(text: string, order: "le" | "be"): Uint8Array {
  const bytes = Buffer.from(text, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
}

test.each([
  "你好",
  "退房",
  "谢谢",
  "是的",
  "中文",
  "请问如何退公寓",
  "姓名,电话\n张伟,123",
  "钥匙交给前台，押金三日内退还。",
  "错误 404：找不到页面",
])("reads %s in GB 18030", (text) =>
  expect(decodeText(encode(text, "gb18030"))).toEqual({ text, encoding: "gb18030", warnings: [] }),
);

test.each(["你好", "中文", "謝謝", "請問如何退公寓", "鑰匙交給前台，押金三日內退還。", "這是繁體中文"])(
  "reads %s in Big5",
  (text) => expect(decodeText(encode(text, "big5"))).toEqual({ text, encoding: "big5", warnings: [] }),
);

test.each(["東京", "日本語", "こんにちは", "カタカナ", "氏名,電話\n佐藤太郎,03", "漢字かな交じり文です。"])(
  "reads %s in Shift_JIS",
  (text) => expect(decodeText(encode(text, "shift_jis"))).toEqual({ text, encoding: "shift_jis", warnings: [] }),
);

test.each(["こんにちは", "東京都に住んでいます"])("reads %s in EUC-JP", (text) =>
  expect(decodeText(encode(text, "euc-jp")).text).toBe(text),
);

test.each(["café", "résumé naïve", "Über die Brücke", "Straße", "señor", "coração", "São Paulo"])(
  "reads %s in windows-1252",
  (text) => expect(decodeText(Buffer.from(text, "latin1"))).toEqual({ text, encoding: "windows-1252", warnings: [] }),
);

test("reads the quotation marks and the euro sign of windows-1252", () => {
  const bytes = Uint8Array.of(0x93, ...Buffer.from("only"), 0x94, 0x20, 0x80, 0x35);
  expect(decodeText(bytes).text).toBe("“only” €5");
});

test.each(["le", "be"] as const)("reads UTF-16 %s with and without a byte order mark", (order) => {
  for (const text of ["hello world", "你好，world\n第二行", "请问退房"]) {
    expect(decodeText(utf16(`\ufeff${text}`, order)).text).toBe(text);
    if (text !== "请问退房") expect(decodeText(utf16(text, order)).encoding).toBe(`utf-16${order}`);
  }
});

test("prefers valid UTF-8 to everything but a mark", () => {
  for (const text of ["плюс", "é", "a·b", "你好", "ñandú"])
    expect(decodeText(Buffer.from(text)).encoding).toBe("utf-8");
});

test("reads UTF-8 with damaged bytes and says so", () => {
  const bytes = Buffer.concat([Buffer.from("退房时请交还钥匙并清理房间"), Uint8Array.of(0xe4, 0xb8)]);
  const { text, encoding, warnings } = decodeText(bytes);
  expect({ text: text.slice(0, 4), encoding }).toEqual({ text: "退房时请", encoding: "utf-8" });
  expect(warnings).toHaveLength(1);
});

test("reads each line in its own encoding where a file has two, and says so", () => {
  const first = Buffer.from("# 值班表\n\n周一的值班人是后勤组。\n");
  const second = encode("周二的值班人是保安组，请到门卫处签到。\n", "gb18030");
  const { text, warnings } = decodeText(Buffer.concat([first, second, Buffer.from("end\n")]));
  expect(text).toBe("# 值班表\n\n周一的值班人是后勤组。\n周二的值班人是保安组，请到门卫处签到。\nend\n");
  expect(warnings).toEqual(["1 lines are not UTF-8 and were read as gb18030"]);
});

test("believes a declared encoding unless the bytes are UTF-8", () => {
  const korean = encode("서울", "euc-kr");
  expect(decodeText(korean, { declared: "euc-kr" }).text).toBe("서울");
  expect(decodeText(Buffer.from("서울"), { declared: "euc-kr" }).text).toBe("서울");
  expect(decodeText(Buffer.from("x"), { declared: "no-such-encoding" }).text).toBe("x");
});

test("drops the mark and NUL, joins accents and unifies line ends", () => {
  expect(decodeText(Buffer.from("\ufeffa\r\nb\rcafe\u0301 and more\0")).text).toBe("a\nb\ncafé and more");
});

test("refuses binary data", () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, index) => (index * 37 + (index >> 3)) % 256);
  expect(() => decodeText(bytes)).toThrow(expect.objectContaining({ code: "document_unsupported" }));
});
