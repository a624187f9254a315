/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** A `Redact` that can be told of more secrets. */
export interface Redactor {
  redact: Redact;
  hide: (secret: string) => void;
}

const MASK = "[redacted]";

/** Shorter values would mask half of every sentence; no gateway hands out such keys. */
const MIN_SECRET_CHARS = 4;

/** What looks like a key although nobody told us: bearer tokens, OpenAI-style keys, passwords in addresses. */
const KEY_SHAPES: [pattern: RegExp, replacement: string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASK}`],
  [/\bsk-[\w-]{8,}/g, MASK],
  [
    /\b((?:access_token|client_secret|client_id|corpsecret|api_?key|key|token|secret|password|sign)=)[^\s&"'<>]+/gi,
    `$1${MASK}`,
  ],
  [/\b([a-z][a-z\d+.-]*:\/\/)[^\s/@"'<>]+@/gi, `$1${MASK}@`],
];

/**
 * Makes a function that masks the given secrets in any text, also URL-encoded, base64 (at any alignment, so inside
 * `user:key` too), base64url, hex or JSON-escaped, and whatever else has the shape of a key.
 */
export function createRedactor(secrets: Iterable<string>): Redact {
  return growingRedactor(secrets).redact;
}

/** The same for secrets that are learnt on the way, such as an access token. */
export function growingRedactor(secrets: Iterable<string>): Redactor {
  const forms = new Set<string>();
  let ordered: string[] = [];
  let anyForm: RegExp | undefined;
  const hide = (secret: string): void => {
    if (secret.length < MIN_SECRET_CHARS) return;
    for (const form of encodedForms(secret)) {
      forms.add(form);
    }
    // Longest first: a form that holds another must go as a whole.
    ordered = [...forms].toSorted((left, right) => right.length - left.length);
    anyForm = new RegExp(ordered.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"));
  };
  for (const secret of secrets) {
    hide(secret);
  }
  const redact: Redact = (text) => {
    let clean = text;
    // Nearly every text has none of them, and one look over it tells.
    if (anyForm?.test(text) === true) {
      for (const form of ordered) {
        clean = clean.replaceAll(form, MASK);
      }
    }
    for (const [pattern, replacement] of KEY_SHAPES) {
      clean = clean.replace(pattern, replacement);
    }
    return clean;
  };
  return { redact, hide };
}

function encodedForms(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const url = encodeURIComponent(secret.toWellFormed());
  const base64 = [0, 1, 2].flatMap((offset) => alignedBase64(bytes, offset));
  return [
    secret,
    url,
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replaceAll("%20", "+"),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ].filter((form) => form.length >= MIN_SECRET_CHARS);
}

/** The characters of base64 that depend on the secret alone when `offset` unknown bytes (mod 3) come before it. */
function alignedBase64(bytes: Buffer, offset: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  const core = padded.slice(first, last);
  return core.length >= 8 ? [core] : [];
}
