import { expect, test } from "vitest";
import { isSameSecret } from "../../src/channels/same-secret.ts";

test("a secret is the same only as a whole", () => {
  expect(isSameSecret("s3cret", "s3cret")).toBe(true);
  for (const given of ["s3cre", "s3cret ", "S3CRET", "", null, undefined])
    expect(isSameSecret("s3cret", given)).toBe(false);
});

test("an empty secret lets nobody in", () => {
  expect(isSameSecret("", "")).toBe(false);
  expect(isSameSecret("", undefined)).toBe(false);
});
