import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { decryptLark, signLarkBody, verifyLarkRequest } from "../../../src/channels/lark/verify.ts";
import {
  ENCRYPT_KEY,
  encryptedRequest,
  encryptLark,
  messageEnvelope,
  NOW_MS,
  plainRequest,
  requestOf,
  signedRequest,
  TOKEN,
} from "./envelopes.ts";

const L1 = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=";
const L2 =
  "AAECAwQFBgcICQoLDA0ODw9mLTIAZS9jAmGTQ1wAhHp7T0KSqa6xlIO2zHinxKSsMXSnPQWHB8YmFenHi2AvB6QaEHPEMzPU4rN7fbX6JF+nX2eklol0TULDNAWVIluT";
const withKey = { verificationToken: TOKEN, encryptKey: ENCRYPT_KEY };
const withoutKey = { verificationToken: TOKEN, encryptKey: undefined };
const at = { nowMs: NOW_MS };

test("L1: decrypts the official sample", () => {
  expect(decryptLark(L1, "test key")).toBe("hello world");
  expect(createHash("sha256").update("test key").digest("hex")).toMatch(/^fa2bdca4/);
});

test("L2: the check of the address is answered, plain and encrypted, though it is not signed", () => {
  const plain = { challenge: "ajls384kdjxxxx", token: TOKEN, type: "url_verification" };
  const challenge = { kind: "challenge", challenge: "ajls384kdjxxxx" };
  expect(verifyLarkRequest(plainRequest(plain), withoutKey, at)).toEqual(challenge);
  expect(verifyLarkRequest(plainRequest({ encrypt: L2 }), withKey, at)).toEqual(challenge);
  expect(encryptLark(JSON.stringify(plain))).toBe(L2);
});

test.each([
  [`{"encrypt":"${L2}"}`, "f8f20838341db5134eba360c19b0370413cedb45c8115e27365797b551a0f3c0"],
  [`{"encrypt":"${L1}"}`, "f6cc5ca2d2c7c6a42141f956e6ab61b3abae85e662c6da8def3a7f39d3cf1b19"],
  [`{ "encrypt": "${L1}" }`, "9b20253623296232b66b4ffe66afa084c5246ff2cd1335bf274cca2d13acc047"],
])("L3: signs the bytes of %s", (body, signature) => {
  const signed = signLarkBody(Buffer.from(body), { timestamp: "1725442341", nonce: "nonce1", encryptKey: "test key" });
  expect(signed).toBe(signature);
});

test("pitfall 4: a body with spaces is verified as it came, and one flipped byte is refused", () => {
  const spaced = `{ "encrypt": "${encryptLark(JSON.stringify(messageEnvelope()))}" }`;
  const request = signedRequest(spaced);
  expect(verifyLarkRequest(request, withKey, at).kind).toBe("event");
  const flipped = { ...request, body: Buffer.from(spaced.replace("{ ", "{\t")) };
  expect(verifyLarkRequest(flipped, withKey, at)).toMatchObject({ kind: "refused", status: 401 });
});

test("pitfall 5: with an Encrypt Key nothing plain, unsigned or wrongly signed is believed", () => {
  const good = encryptedRequest(messageEnvelope());
  const unsigned = { ...good, headers: {} };
  const signature = good.headers["x-lark-signature"] ?? "";
  const upper = { ...good, headers: { ...good.headers, "x-lark-signature": signature.toUpperCase() } };
  const short = { ...good, headers: { ...good.headers, "x-lark-signature": signature.slice(1) } };
  for (const request of [
    plainRequest(messageEnvelope()),
    signedRequest(JSON.stringify(messageEnvelope())),
    unsigned,
    upper,
    short,
  ]) {
    expect(verifyLarkRequest(request, withKey, at)).toMatchObject({ kind: "refused", status: 401 });
  }
  expect(verifyLarkRequest(good, withKey, at).kind).toBe("event");
});

test("pitfall 5 and 6: a wrong or missing token is refused everywhere, also of version 1", () => {
  const wrong = messageEnvelope({}, { header: { token: "other" } });
  const none = messageEnvelope({}, { header: { token: undefined } });
  const v1 = { uuid: "u", token: "other", ts: "1", type: "event_callback", event: { type: "message" } };
  const challenge = { challenge: "echo-me", token: "other", type: "url_verification" };
  for (const body of [wrong, none, v1, challenge]) {
    expect(verifyLarkRequest(plainRequest(body), withoutKey, at)).toMatchObject({ kind: "refused", status: 401 });
    expect(verifyLarkRequest(encryptedRequest(body), withKey, at)).toMatchObject({ kind: "refused", status: 401 });
  }
  expect(verifyLarkRequest(plainRequest({ ...v1, token: TOKEN }), withoutKey, at).kind).toBe("event");
});

test("without any secret nothing is believed", () => {
  const none = { verificationToken: undefined, encryptKey: undefined };
  const challenge = { challenge: "echo-me", type: "url_verification" };
  for (const body of [messageEnvelope(), challenge]) {
    expect(verifyLarkRequest(plainRequest(body), none, at)).toMatchObject({ kind: "refused", status: 401 });
  }
});

test("with the Encrypt Key alone what opens and is signed is believed", () => {
  const keyOnly = { verificationToken: undefined, encryptKey: ENCRYPT_KEY };
  expect(verifyLarkRequest(encryptedRequest(messageEnvelope()), keyOnly, at).kind).toBe("event");
  expect(verifyLarkRequest(plainRequest({ encrypt: L2 }), keyOnly, at).kind).toBe("challenge");
  expect(verifyLarkRequest(plainRequest({ type: "url_verification", challenge: "x" }), keyOnly, at).kind).toBe(
    "refused",
  );
});

test("a retry of six hours later with its first time stamp is taken, one of yesterday is not", () => {
  const hour = 3_600_000;
  const sentAt = (sentAtMs: number) =>
    verifyLarkRequest(encryptedRequest(messageEnvelope(), { sentAtMs }), withKey, at);
  expect(sentAt(NOW_MS - 8 * hour).kind).toBe("event");
  expect(sentAt(NOW_MS - 13 * hour)).toMatchObject({ kind: "refused", status: 401 });
  expect(sentAt(NOW_MS + 13 * hour)).toMatchObject({ kind: "refused", status: 401 });
});

test.each(["", "no json", "[]", "null", '{"encrypt":"AAAA"}', `{"encrypt":"${L1}"}`, '{"encrypt":"!"}'])(
  "a body that cannot be read is 400: %s",
  (body) => {
    expect(verifyLarkRequest(requestOf(body, {}), withKey, at)).toMatchObject({ kind: "refused", status: 400 });
  },
);

test("an encrypted body without an Encrypt Key in the config cannot be read", () => {
  expect(verifyLarkRequest(plainRequest({ encrypt: L2 }), withoutKey, at)).toMatchObject({ status: 400 });
});
