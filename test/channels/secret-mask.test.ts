import { expect, test } from "vitest";
import { createSecretMask } from "../../src/channels/secret-mask.ts";

test("masks secrets plain, in addresses and in JSON, and those learnt on the way", () => {
  const secrets = createSecretMask(["a+b/c=secret", undefined, 'with"quote']);
  secrets.add("t-123456");
  const text = `a+b/c=secret ${encodeURIComponent("a+b/c=secret")} ${JSON.stringify('with"quote')} t-123456`;
  expect(secrets.mask(text)).toBe('[redacted] [redacted] "[redacted]" [redacted]');
});

test("masks what has the shape of a secret although nobody told", () => {
  const secrets = createSecretMask([]);
  expect(secrets.mask("https://x/cgi-bin?access_token=abc&key=def&debug=1")).toBe(
    "https://x/cgi-bin?access_token=[redacted]&key=[redacted]&debug=1",
  );
  expect(secrets.mask("Authorization: Bearer t-abcdefgh")).toBe("Authorization: Bearer [redacted]");
});

test("a very short value does not mask half of every sentence", () => {
  expect(createSecretMask(["a", ""]).mask("a banana")).toBe("a banana");
});
