import { createHmac } from "node:crypto";

export interface SignedRequest {
  method: string;
  url: string;
  accessKey: string;
  secretKey: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** How long a signature is good for, in seconds. */
const EXPIRES_S = 1800;

/**
 * Headers that sign a request with AK and SK: Baidu's "bce-auth-v1". The signing key is HMAC-SHA256 of the prefix
 * `bce-auth-v1/{ak}/{timestamp}/{seconds}` under SK; the signature is HMAC-SHA256 of the canonical request (method, path,
 * sorted query, sorted headers; RFC 3986 encoding) under that key, both in hex.
 * @see https://cloud.baidu.com/doc/Reference/s/njwvz1yfu
 */
export function signRequest({ method, url, accessKey, secretKey, now }: SignedRequest): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url);
  const timestamp = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const headers: [name: string, value: string][] = [
    ["host", host],
    ["x-bce-date", timestamp],
  ];
  const query = [...searchParams]
    .filter(([name]) => name.toLowerCase() !== "authorization")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted();
  const canonicalRequest = [
    method.toUpperCase(),
    pathname
      .split("/")
      .map((part) => encode(decodeURIComponent(part)))
      .join("/"),
    query.join("&"),
    headers.map(([name, value]) => `${encode(name)}:${encode(value)}`).join("\n"),
  ].join("\n");
  const prefix = `bce-auth-v1/${accessKey}/${timestamp}/${EXPIRES_S}`;
  const signature = hmac(hmac(secretKey, prefix), canonicalRequest);
  const signedHeaders = headers.map(([name]) => name).join(";");
  return { "x-bce-date": timestamp, authorization: `${prefix}/${signedHeaders}/${signature}` };
}

function hmac(key: string, text: string): string {
  return createHmac("sha256", key).update(text, "utf8").digest("hex");
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
