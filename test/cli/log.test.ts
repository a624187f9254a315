import { AppError } from "../../src/core/errors.ts";
import { growingRedactor } from "../../src/core/redact.ts";
import { createLogger, type LogLevel } from "../../src/cli/log.ts";
import { secretPieces } from "../../src/cli/secret-pieces.ts";
import * as fc from "fast-check";
import { expect, test } from "vitest";

function openLog({ least = "debug", secrets = [] }: { least?: LogLevel; secrets?: string[] } = {}) {
  const lines: string[] = [];
  const { redact, hide } = growingRedactor(secrets);
  const logger = createLogger({ least: () => least, write: (line) => lines.push(line), redact });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? "null");
  return { logger, lines, last, hide };
}

test("logs one JSON line an event from the level on, with level, time, event and facts in this order", () => {
  const { logger, lines, last } = openLog({ least: "warn" });
  logger.info("index.loaded");
  logger.warn("model.failed", { cause: new Error("no\nluck"), size: 3n });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain("\n");
  expect(Object.keys(last())).toEqual(["level", "at", "event", "cause", "size"]);
  expect(last()).toMatchObject({
    level: "warn",
    event: "model.failed",
    cause: { name: "Error", message: "no\nluck" },
    size: "3",
  });
  expect(String(last()["at"])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("a line is written when the call returns", () => {
  const { logger, lines } = openLog();
  logger.error("process.crashed");
  expect(lines).toHaveLength(1);
});

test("facts named like the line's own fields change none of them", () => {
  const { logger, last } = openLog();
  logger.info("post.sent", { at: 5, level: "secret", event: "x" });
  expect(last()).toMatchObject({ level: "info", event: "post.sent", at_: 5, event_: "x", level_: "secret" });
});

test("known secrets are masked wherever they stand, also when they are learnt late and where they are encoded", () => {
  const { logger, lines, hide } = openLog({ secrets: ["s3cret-v@lue"] });
  hide("late-secret");
  logger.warn("a", {
    text: "with s3cret-v@lue",
    list: [{ deep: `late-secret ${encodeURIComponent("s3cret-v@lue")}` }],
    error: new Error("outer s3cret-v@lue", { cause: new Error("inner late-secret") }),
    "s3cret-v@lue": 1,
    url: new URL("https://h.example/late-secret"),
    map: new Map([["late-secret", "s3cret-v@lue"]]),
  });
  expect(lines[0]).not.toMatch(/s3cret|late-secret|v%40lue/);
});

test.each([
  ["authorization", "Basic abc"],
  ["Proxy-Authorization", "x"],
  ["token", "t"],
  ["access_token", "t"],
  ["client_secret", "t"],
  ["appSecret", "t"],
  ["password", ["p"]],
  ["api_key", { value: "k" }],
  ["x-api-key", "k"],
  ["encrypt_key", "k"],
  ["encodingAesKey", "k"],
  ["set-cookie", "a=b"],
])("what stands under %s is masked at any depth", (name, value) => {
  const { logger, last } = openLog();
  logger.info("a", { [name]: value, inner: [{ headers: { [name]: value } }] });
  expect(last()).toMatchObject({ [name]: "[redacted]", inner: [{ headers: { [name]: "[redacted]" } }] });
});

test("counts and keys of our own are facts", () => {
  const { logger, last } = openLog();
  const facts = { promptTokens: 3, tokens: 5, token: 7, key: "group/abc", hasPassword: true };
  logger.info("a", facts);
  expect(last()).toMatchObject(facts);
});

test.each(["?key=abcdef&x=1", "?secret=abcdef", "/p?access_token=abcdef", "?sign=abcdef", "?token=abcdef"])(
  "an address loses the secret in %s",
  (rest) => {
    const { logger, lines } = openLog();
    logger.info("a", { url: `https://h.example${rest}`, database: "postgres://me:abcdef@h/db" });
    expect(lines[0]).not.toContain("abcdef");
  },
);

test("an operational fault has its code and causes, a bug its stack", () => {
  const { logger, last } = openLog();
  const cause = new TypeError("deep");
  logger.error("a", { error: new AppError("channel_limited", "too many", { cause }), bug: new Error("oops") });
  const { error, bug } = last();
  expect(error).toMatchObject({ name: "AppError", code: "channel_limited", message: "too many" });
  expect(error).not.toHaveProperty("stack");
  expect(error).toMatchObject({ cause: { name: "TypeError", message: "deep", stack: expect.any(String) } });
  expect(bug).toMatchObject({ stack: expect.stringContaining("log.test.ts") });
});

test("cycles, endless lists, long texts and values that JSON has not are shown, not thrown", () => {
  const { logger, last } = openLog();
  const loop: Record<string, unknown> = { name: "loop" };
  loop["self"] = loop;
  const error = new Error("e");
  error.cause = error;
  logger.warn("a", {
    loop,
    error,
    twice: [loop, loop],
    many: Array.from({ length: 200 }, (_, index) => index),
    long: "x".repeat(100_000),
    bytes: new Uint8Array(9),
    when: new Date(0),
    never: new Date(Number.NaN),
    infinite: Infinity,
    work: () => 1,
    set: new Set([1]),
    lone: "\uD800",
    get broken(): string {
      throw new Error("no");
    },
    nothing: null,
    absent: undefined,
  });
  const line = last();
  expect(line).toMatchObject({ loop: { self: "[circular]" }, error: { cause: "[circular]" }, bytes: "[9 bytes]" });
  expect(line).toMatchObject({ never: "[no date]", infinite: "Infinity", work: "[function]", set: [1], nothing: null });
  expect(line["many"]).toHaveLength(101);
  expect(JSON.stringify(line["long"]).length).toBeLessThan(9000);
});

test("whatever is logged, it is one line of JSON", () => {
  const { logger, lines, last } = openLog({ secrets: ["hunter22"] });
  fc.assert(
    fc.property(
      fc.string(),
      fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withDate: true })),
      (event, facts) => {
        logger.info(event, { ...facts, said: "hunter22" });
        expect(lines.at(-1)).not.toMatch(/[\n\r]|hunter22/);
        expect(last()["level"]).toBe("info");
      },
    ),
  );
});

test("of a list of named keys, headers or an address every secret part is known", () => {
  expect(secretPieces("alice:abcdefgh, key-b")).toEqual(expect.arrayContaining(["abcdefgh", "key-b"]));
  expect(secretPieces("x-key=abcdefgh,b=2")).toEqual(expect.arrayContaining(["abcdefgh"]));
  expect(secretPieces("https://h.example/hook/0123456789?key=abcdefghij")).toEqual(
    expect.arrayContaining(["0123456789", "abcdefghij"]),
  );
  expect(secretPieces("redis://me:pw-123@h/0")).toContain("pw-123");
  expect(secretPieces("postgres://h/xianheng-db")).not.toContain("xianheng-db");
});
