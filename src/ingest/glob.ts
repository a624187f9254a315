import { AppError } from "../core/errors.ts";

/**
 * Turns path patterns into a test. `*` and `?` stop at `/`, `**` does not; `[ab]` and `{a,b}` choose.
 * A pattern without `/` is about the last name alone (`*.tmp`); one that names a folder holds for all that is below it.
 * @throws AppError `config_invalid` naming a pattern that makes no sense
 */
export function pathMatcher(patterns: string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const expressions = patterns.map((pattern) => toExpression(pattern));
  return (path) => expressions.some((expression) => expression.test(path));
}

function toExpression(pattern: string): RegExp {
  try {
    return new RegExp(`^${translate(pattern)}(?:/.*)?$`, "su");
  } catch (cause) {
    throw new AppError("config_invalid", `The pattern ${pattern} cannot be understood: correct its brackets.`, {
      cause,
    });
  }
}

function translate(pattern: string): string {
  const trimmed = pattern.replace(/^\.?\/+/, "").replace(/\/+$/, "");
  const anchored = trimmed.includes("/") || pattern.startsWith("/");
  let result = anchored ? "" : "(?:.*/)?";
  let depth = 0;
  for (let index = 0; index < trimmed.length;) {
    const { expression, length, opens } = translateNext(trimmed, index, depth);
    result += expression;
    index += length;
    depth += opens;
  }
  return result + ")".repeat(depth);
}

function translateNext(
  pattern: string,
  index: number,
  depth: number,
): { expression: string; length: number; opens: number } {
  const rest = pattern.slice(index);
  const set = /^\[(!?)([^\]/]+)\]/.exec(rest);
  if (rest.startsWith("**/")) return { expression: "(?:.*/)?", length: 3, opens: 0 };
  if (rest.startsWith("**")) return { expression: ".*", length: 2, opens: 0 };
  if (rest.startsWith("*")) return { expression: "[^/]*", length: 1, opens: 0 };
  if (rest.startsWith("?")) return { expression: "[^/]", length: 1, opens: 0 };
  if (set !== null) {
    const members = (set[2] ?? "").replace(/[\\^[]/g, "\\$&");
    return { expression: set[1] === "!" ? `[^/${members}]` : `[${members}]`, length: set[0].length, opens: 0 };
  }
  if (rest.startsWith("{") && rest.includes("}")) return { expression: "(?:", length: 1, opens: 1 };
  if (rest.startsWith("}") && depth > 0) return { expression: ")", length: 1, opens: -1 };
  if (rest.startsWith(",") && depth > 0) return { expression: "|", length: 1, opens: 0 };
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  return { expression: character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&"), length: character.length, opens: 0 };
}
