type Step = string | number;

/** The value of a JSON text; undefined where it is none, which no JSON can be. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The value at a path of keys and positions in parsed JSON; undefined where the path leads nowhere. */
export function valueAt(value: unknown, ...path: Step[]): unknown {
  let found: unknown = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = new Map<string, unknown>(Object.entries(found)).get(String(step));
  }
  return found;
}

/** The string at a path; undefined for anything else. */
export function textAt(value: unknown, ...path: Step[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** Tokens as most gateways report them: `usage: {prompt_tokens, completion_tokens}`; what is odd or absent is undefined. */
export function tokensAt(value: unknown): { prompt: number | undefined; completion: number | undefined } {
  const count = (key: string): number | undefined => {
    const found = valueAt(value, "usage", key);
    return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : undefined;
  };
  return { prompt: count("prompt_tokens"), completion: count("completion_tokens") };
}
