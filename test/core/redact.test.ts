import * as fc from "fast-check";
import { expect, test } from "vitest";
import { displayUrl } from "../../src/models/gateway.ts";
import { createRedactor } from "../../src/core/redact.ts";

const SECRET = 'k/ey+1"\\密 钥=';
const redact = createRedactor([SECRET]);

test.each([
  ["raw", SECRET],
  ["URL-encoded", encodeURIComponent(SECRET)],
  ["in a query", new URLSearchParams({ k: SECRET }).toString().slice(2)],
  ["base64", Buffer.from(SECRET).toString("base64")],
  ["base64url", Buffer.from(SECRET).toString("base64url")],
  ["base64 of user:secret", Buffer.from(`me:${SECRET}`).toString("base64")],
  ["base64 of secret:user", Buffer.from(`xy${SECRET}:me`).toString("base64")],
  ["hex", Buffer.from(SECRET).toString("hex")],
  ["JSON-escaped", JSON.stringify({ key: SECRET })],
])("a secret is masked %s", (_form, text) => {
  const clean = redact(`before ${text} after`);
  expect(clean).toMatch(/^before .*\[redacted\].* after$/);
  expect(clean).not.toContain(text);
  expect(clean).not.toContain(SECRET);
});

test("whatever the secret and the text around it, it does not come through", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!"[redacted]".includes(secret) && !before.includes(secret) && !after.includes(secret));
      const clean = createRedactor([secret])(`${before} ${secret} ${after}`);
      expect(clean.replaceAll("[redacted]", "\u0000")).not.toContain(secret);
    }),
  );
});

test.each([
  ["Authorization: Bearer abcdefghijkl", "Authorization: Bearer [redacted]"],
  ["key sk-abcdefgh123 is wrong", "key [redacted] is wrong"],
  ["https://h/p?access_token=abc.def&x=1", "https://h/p?access_token=[redacted]&x=1"],
  ["http://me:pw@host/x", "http://[redacted]@host/x"],
])("what has the shape of a key is masked though nobody named it: %s", (text, clean) => {
  expect(createRedactor([])(text)).toBe(clean);
});

test("plain words stay as they are", () => {
  const text = "max_tokens must be at least 1 (got 0); see https://platform.example/docs";
  expect(createRedactor(["abc"])(text)).toBe(text);
});

test("an address is shown without user, password, query and fragment", () => {
  const plain = { redact: createRedactor([]) };
  expect(displayUrl("https://me:pw@host:8443/v1/x?key=1#y", plain)).toBe("https://host:8443/v1/x");
  const careful = { redact: createRedactor(['k3y+/a"b']) };
  const encoded = encodeURIComponent('k3y+/a"b');
  for (const path of ["k3y+/a%22b", encoded, encodeURIComponent(encoded)]) {
    expect(displayUrl(`https://host/v1/${path}/chat`, careful)).toBe("https://host/[redacted]");
  }
});
