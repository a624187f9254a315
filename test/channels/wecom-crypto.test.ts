import { createCipheriv } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createWecomCrypto, isSameSignature, signParts } from "../../src/channels/wecom-crypto.ts";

const TOKEN = "QDG6eK";
const KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const CORP = "wx5823bf96d3bd56c7";

function crypto(receiveId: string, { key = KEY, random = "0123456789abcdef", token = TOKEN } = {}) {
  return createWecomCrypto({
    name: "test",
    token,
    encodingAesKey: key,
    receiveId,
    random: () => Buffer.from(random),
  });
}

/** Encrypts bytes as they are: what a faulty or hostile sender could make. */
function encryptRaw(plain: Buffer): string {
  const key = Buffer.from(`${KEY}=`, "base64");
  const aes = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([aes.update(plain), aes.final()]).toString("base64");
}

function plainOf({ message = "hello", length = message.length, receiver = "", pad }: Partial<Plain> = {}): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(length);
  const body = Buffer.concat([Buffer.alloc(16, 1), size, Buffer.from(message + receiver)]);
  const count = 32 - (body.length % 32);
  return Buffer.concat([body, pad ?? Buffer.alloc(count, count)]);
}

interface Plain {
  message: string;
  length: number;
  receiver: string;
  pad: Buffer;
}

test("W1: the echo string of the document, with its plus sign", () => {
  const parts = {
    timestamp: "1409659589",
    nonce: "263014780",
    encrypt: "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
  };
  expect(crypto(CORP).isSigned(parts, "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3")).toBe(true);
  expect(crypto(CORP).decrypt(parts.encrypt)).toBe("1616140317555161061");
});

test("W3: a poll of an AI bot, both ways", () => {
  const text = '{"msgid":"M1","msgtype":"stream","stream":{"id":"S1"}}';
  const encrypt =
    "sKqRbbiSUnDhFHOvPjtUMZwiyPiAPMfKpkZujaz4riCK66xDZ8nsmK1sbROSPTJ2zDzQiD/WZDxX2bGZBt3Gfv163G0p6YSqFMFQxQQ8n6qzmWICJbZmaosRDjj3nVus";
  expect(crypto("").encrypt(text)).toBe(encrypt);
  expect(crypto("").decrypt(encrypt)).toBe(text);
  expect(crypto("").sign({ timestamp: "1409659813", nonce: "1372623149", encrypt })).toBe(
    "01632101a377a1f1cd702ff437c84986267ad983",
  );
});

test("W4: a message that fills its block gets a whole block of padding", () => {
  const encrypt = "sKqRbbiSUnDhFHOvPjtUMUfqZ8gy0HoJdHhWsbA2EEFHqj1mfMBvIlGtXOBIa4rja4UFmdhXIsymo71Xiz3GgA==";
  expect(crypto("").encrypt("abcdefghijkl")).toBe(encrypt);
  expect(crypto("").decrypt(encrypt)).toBe("abcdefghijkl");
  expect(crypto("").sign({ timestamp: "1409659813", nonce: "1372623149", encrypt })).toBe(
    "2e37b9716a7ce774cc2f8d943d52558e8f561b4c",
  );
});

test("O1 and O2: the samples of the official account", () => {
  const first = crypto("wxb11529c136998cb6", {
    key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    random: "aaaabbbbccccdddd",
  });
  expect(first.encrypt("我是中文abcd123")).toBe(
    "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==",
  );
  const second = crypto("wx134c8103faa5a59e", {
    key: "A".repeat(43),
    random: "999951349e8ee746",
    token: "AAAAA",
  });
  const encrypt =
    "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7";
  expect(second.encrypt("<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>")).toBe(encrypt);
  expect(second.sign({ timestamp: "1713424427", nonce: "415670741", encrypt })).toBe(
    "03e0812039325c2712ef5f0f980fd14c70d6e307",
  );
});

test("O3: a plain callback signs three parts", () => {
  expect(signParts(["token123", "1409659589", "263014780"])).toBe("272dcf83f73e2f687e22fdb8d62db5746ca2ea9e");
});

test("a signature is compared whole, and a missing one is wrong", () => {
  expect(isSameSignature("abc", "abc")).toBe(true);
  for (const given of ["abd", "ab", "abcd", "ABC", "", null, undefined]) {
    expect(isSameSignature("abc", given)).toBe(false);
  }
});

test("one changed part breaks the signature", () => {
  const parts = { timestamp: "1", nonce: "2", encrypt: "AAAA" };
  const signature = crypto("").sign(parts);
  expect(crypto("").isSigned(parts, signature)).toBe(true);
  expect(crypto("").isSigned({ ...parts, timestamp: "3" }, signature)).toBe(false);
  expect(crypto("").isSigned({ ...parts, nonce: "3" }, signature)).toBe(false);
  expect(crypto("").isSigned({ ...parts, encrypt: "AAAB" }, signature)).toBe(false);
  expect(crypto("", { token: "other" }).isSigned(parts, signature)).toBe(false);
});

test("a message for somebody else is refused", () => {
  expect(crypto("corp").decrypt(crypto("other").encrypt("hello"))).toBeUndefined();
  expect(crypto("").decrypt(crypto("other").encrypt("hello"))).toBeUndefined();
  expect(crypto("corp").decrypt(crypto("").encrypt("hello"))).toBeUndefined();
});

test.each([
  ["padding of nothing", { pad: Buffer.alloc(7) }],
  ["padding over a block", { pad: Buffer.alloc(7 + 32, 39) }],
  ["padding that does not agree", { pad: Buffer.from([1, 7, 7, 7, 7, 7, 7]) }],
  ["a length beyond the end", { length: 4_000_000_000 }],
  ["a length that leaves something over", { length: 4 }],
])("refuses %s", (_what, fault) => {
  const whole = plainOf({ message: "hello" });
  expect(crypto("").decrypt(encryptRaw(whole))).toBe("hello");
  expect(crypto("").decrypt(encryptRaw(plainOf({ message: "hello", ...fault })))).toBeUndefined();
});

test("refuses what is no base64, is cut, is too short or is no UTF-8", () => {
  const good = crypto("").encrypt("hello world, hello world");
  const bytes = Buffer.from(good, "base64");
  expect(crypto("").decrypt(good)).toBeDefined();
  for (const bad of ["", "====", `${good} `, good.replace(/.$/, "*"), bytes.subarray(0, 33).toString("base64")]) {
    expect(crypto("").decrypt(bad)).toBeUndefined();
  }
  expect(crypto("").decrypt(bytes.subarray(0, 32).toString("base64"))).toBeUndefined();
  expect(crypto("").decrypt(encryptRaw(Buffer.alloc(16, 16)))).toBeUndefined();
  const invalid = Buffer.concat([Buffer.alloc(19), Buffer.from([2, 0xff, 0xfe]), Buffer.alloc(10, 10)]);
  expect(crypto("").decrypt(encryptRaw(invalid))).toBeUndefined();
});

test("reads back whatever it wrote, untrimmed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.string({ maxLength: 20 }), (text, receiver) => {
      const ours = createWecomCrypto({ name: "test", token: TOKEN, encodingAesKey: KEY, receiveId: receiver });
      expect(ours.decrypt(ours.encrypt(` ${text}\n`))).toBe(` ${text}\n`);
    }),
  );
});

test("no changed ciphertext makes it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 200 }), (bytes) => {
      expect(crypto("corp").decrypt(Buffer.from(bytes).toString("base64"))).toBeUndefined();
    }),
  );
});

test("a key that is none is named without being shown", () => {
  expect(() => crypto("", { key: "short-secret" })).toThrow(/^test: the EncodingAESKey must be the 43 letters/);
});
