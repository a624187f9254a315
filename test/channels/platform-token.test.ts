import { setMaxListeners } from "node:events";
import { expect, test } from "vitest";
import { createPlatformToken, TOKEN_REFUSED, type IssuedToken } from "../../src/channels/platform-token.ts";

const { signal } = new AbortController();
setMaxListeners(0, signal);

function issuer(expiresInMs = 7_200_000) {
  const time = { now: 0 };
  const issued: string[] = [];
  let isDown = false;
  const token = createPlatformToken({
    name: 'test "hr"',
    clock: { now: () => time.now, sleep: () => Promise.resolve() },
    request: async (): Promise<IssuedToken> => {
      await Promise.resolve();
      if (isDown) throw new Error("down");
      issued.push(`t-${issued.length + 1}`);
      return { token: `t-${issued.length}`, expiresInMs };
    },
  });
  return {
    token,
    time,
    issued,
    setDown: (value: boolean) => {
      isDown = value;
    },
  };
}

test("one token serves many callers until it is nearly old", async () => {
  const { token, time, issued } = issuer();
  const use = (): Promise<string> => token.use((value) => Promise.resolve(value), signal);
  expect(new Set(await Promise.all(Array.from({ length: 20 }, use)))).toEqual(new Set(["t-1"]));
  time.now = 6_599_999;
  expect(await use()).toBe("t-1");
  time.now = 6_600_000;
  expect(await use()).toBe("t-2");
  expect(issued).toHaveLength(2);
});

test("a token whose life is shorter than the margin is not asked for at every call", async () => {
  const { token, time, issued } = issuer(60_000);
  await token.use((value) => Promise.resolve(value), signal);
  time.now = 29_999;
  await token.use((value) => Promise.resolve(value), signal);
  expect(issued).toHaveLength(1);
});

test("a refused token is replaced once, however many notice, and each call is repeated once", async () => {
  const { token, issued } = issuer();
  let calls = 0;
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      token.use(async (value) => {
        calls += 1;
        // They notice at different moments, some when the new one is there already.
        for (let turn = 0; turn < index; turn += 1) await Promise.resolve();
        return value === "t-1" ? TOKEN_REFUSED : value;
      }, signal),
    ),
  );
  expect(new Set(results)).toEqual(new Set(["t-2"]));
  expect(issued).toHaveLength(2);
  expect(calls).toBe(40);
});

test("a new token that is refused too ends it", async () => {
  const { token, issued } = issuer();
  await expect(token.use(() => Promise.resolve(TOKEN_REFUSED), signal)).rejects.toMatchObject({
    code: "channel_unauthorised",
  });
  expect(issued).toHaveLength(2);
});

test("a failed request is everybody's fault once, and the next caller asks again", async () => {
  const { token, setDown } = issuer();
  setDown(true);
  const use = (): Promise<string> => token.use((value) => Promise.resolve(value), signal);
  const results = await Promise.allSettled([use(), use()]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  setDown(false);
  expect(await use()).toBe("t-1");
});

test("a caller that is cancelled does not wait for the token", async () => {
  const controller = new AbortController();
  const token = createPlatformToken({
    name: "test",
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    request: () => new Promise<IssuedToken>(() => undefined),
  });
  const call = token.use((value) => Promise.resolve(value), controller.signal);
  controller.abort();
  await expect(call).rejects.toMatchObject({ code: "aborted" });
});
