/** Takes secrets out of a text before anybody reads it. */
export interface SecretMask {
  mask(text: string): string;
  /** One more secret, such as an access token that was just handed out. */
  add(secret: string): void;
}

/** Shorter values would mask half of every sentence; no platform hands out such secrets. */
const MIN_SECRET_CHARS = 4;

/** Tokens that grow old must not pile up in a process that runs for months. */
const MAX_ADDED = 32;

/** Masks the given secrets, plain, URL-encoded or JSON-escaped, and whatever follows `key=` and its like in an address. */
export function createSecretMask(secrets: Iterable<string | undefined>): SecretMask {
  const fixed = [...secrets].filter((secret) => secret !== undefined).flatMap(formsOf);
  let added: string[] = [];
  return {
    mask: (text) => {
      let clean = text;
      // Longest first: a form that holds another must go as a whole.
      for (const form of [...fixed, ...added].toSorted((left, right) => right.length - left.length)) {
        clean = clean.replaceAll(form, "[redacted]");
      }
      return clean
        .replace(/\b(Bearer)\s+[\w.~+/=-]{8,}/gi, "$1 [redacted]")
        .replace(/\b((?:access_token|corpsecret|secret|token|key|sign)=)[^\s&"'<>]+/gi, "$1[redacted]");
    },
    add: (secret) => {
      if (!added.includes(secret)) added = [...added, ...formsOf(secret)].slice(-MAX_ADDED);
    },
  };
}

function formsOf(secret: string): string[] {
  if (secret.length < MIN_SECRET_CHARS) return [];
  const forms = [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)];
  return [...new Set(forms)];
}
