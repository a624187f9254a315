import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readFlatXml, writeFlatXml } from "../../src/channels/flat-xml.ts";

test("reads texts, CDATA, entities and empty elements of one level", () => {
  const fields = readFlatXml(
    `<?xml version="1.0"?>\n<xml>\n<A><![CDATA[a < b & ]]]]><![CDATA[> c]]></A> <B>1 &lt; 2 &amp;&#38;&#x4e2d;</B><C></C><D/>\n</xml>\n`,
  );
  expect([...(fields ?? [])]).toEqual([
    ["A", "a < b & ]]> c"],
    ["B", "1 < 2 &&中"],
    ["C", ""],
    ["D", ""],
  ]);
});

test("keeps a number beyond 2^53 as its digits", () => {
  expect(readFlatXml("<xml><MsgId>4561255354251345929</MsgId></xml>")?.get("MsgId")).toBe("4561255354251345929");
});

test("skips what lies deeper and takes the first of two elements with one name", () => {
  const fields = readFlatXml("<xml><Info><Count>1</Count><A>no</A></Info><A>yes</A><A>again</A></xml>");
  expect(Object.fromEntries(fields ?? [])).toEqual({ Info: "", A: "yes" });
});

test("a member may write DOCTYPE in a message", () => {
  expect(readFlatXml("<xml><Content><![CDATA[<!DOCTYPE html> <!ENTITY x>]]></Content></xml>")?.get("Content")).toBe(
    "<!DOCTYPE html> <!ENTITY x>",
  );
});

test.each([
  ["DOCTYPE", '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><A>&e;</A></xml>'],
  ["ENTITY inside", '<xml><!ENTITY e "x"><A>1</A></xml>'],
  ["a comment", "<xml><!-- a --><A>1</A></xml>"],
  ["an attribute", '<xml><A b="1">1</A></xml>'],
  ["an unknown entity", "<xml><A>&e;</A></xml>"],
  ["a bare ampersand", "<xml><A>a & b</A></xml>"],
  ["a surrogate by number", "<xml><A>&#xd800;</A></xml>"],
  ["an open element", "<xml><A>1</A>"],
  ["crossed elements", "<xml><A>1</xml></A>"],
  ["two roots", "<xml><A>1</A></xml><xml><A>2</A></xml>"],
  ["text beside the root", "x<xml><A>1</A></xml>"],
  ["text beside the elements", "<xml>x<A>1</A></xml>"],
  ["open CDATA", "<xml><A><![CDATA[1</A></xml>"],
  ["a root without end", "<xml/>"],
  ["no XML", '{"encrypt":"a"}'],
  ["nothing", ""],
  ["a bomb of open tags", "<a>".repeat(100_000)],
])("refuses %s", (_what, xml) => {
  expect(readFlatXml(xml)).toBeUndefined();
});

test("reads back whatever it wrote", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer(), (text, number) => {
      const fields = readFlatXml(
        writeFlatXml([
          ["Content", text],
          ["CreateTime", number],
        ]),
      );
      expect(fields?.get("Content")).toBe(text);
      expect(fields?.get("CreateTime")).toBe(String(number));
    }),
  );
});
