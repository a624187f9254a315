import fc from "fast-check";
import { expect, test } from "vitest";
import { markLongNumbers, readId, writeExactJson } from "../../../../src/channels/wechat/wkteam/exact-json.ts";

test("long numbers come through a reading and a writing digit for digit", () => {
  const json = '{"a":7325106488312345678,"b":[-9223372036854775808,1,1.5e300],"c":"7325106488312345678"}';
  expect(writeExactJson(JSON.parse(markLongNumbers(json)))).toBe(json.replace("1.5e300", "1.5e+300"));
});

test("numbers within texts stay what they are, whatever is escaped around them", () => {
  const json = JSON.stringify({ text: 'a "1234567890123456789" \\ 1234567890123456789', "1234567890123456789": "\\" });
  expect(markLongNumbers(json)).toBe(json);
});

test("every JSON without long numbers is left alone", () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (json) => {
      fc.pre(!/\d{16}/.test(json));
      expect(markLongNumbers(json)).toBe(json);
    }),
  );
});

test("an id is text, however it was written", () => {
  const parsed: unknown = JSON.parse(markLongNumbers("[7325106488312345678]"));
  expect(Array.isArray(parsed) ? readId(parsed[0]) : undefined).toBe("7325106488312345678");
  expect([readId(12), readId("x"), readId(""), readId(null), readId(1.5)]).toEqual([
    "12",
    "x",
    undefined,
    undefined,
    undefined,
  ]);
});
