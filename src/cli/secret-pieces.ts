/** Shorter parts of an address are words of their own and say nothing. */
const MIN_PIECE_CHARS = 8;

/**
 * What must not be shown of the value of a secret variable: the whole, each of a comma separated list, what follows a name
 * in it (`name:key`, `name=key`), and of an address its password, its last part and the values of its query.
 */
export function secretPieces(value: string): string[] {
  const parts = value.split(",").map((part) => part.trim());
  const afterNames = parts.map((part) => /^[\w.-]+[:=](.+)$/.exec(part)?.[1] ?? "");
  const inner = [...afterNames, ...parts.flatMap(addressPieces)].filter((piece) => piece.length >= MIN_PIECE_CHARS);
  return [...new Set([value, ...parts, ...inner, passwordOf(value)])].filter((piece) => piece !== "");
}

/** The password in an address, as it is written there; empty without one. */
export function passwordOf(address: string): string {
  return URL.canParse(address) ? new URL(address).password : "";
}

function addressPieces(text: string): string[] {
  // To the parser `name:key` is an address as well.
  if (!/^(?:https?|wss?):\/\//.test(text) || !URL.canParse(text)) return [];
  const { pathname, searchParams } = new URL(text);
  return [pathname.split("/").at(-1) ?? "", ...searchParams.values()];
}
