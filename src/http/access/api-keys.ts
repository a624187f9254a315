import type { NamedKey } from "./key-ring.ts";

/** `name:key`. A shorter key is too easily guessed to be split off what may be one key with a colon in it. */
const NAMED = /^([\w.-]{1,32}):(\S{8,})$/u;
/** What callers are called that have no API key. */
const RESERVED = new Set(["admin", "anonymous"]);

/**
 * Reads keys that are parted by commas; blanks are none. An entry `name:key` gives the key a name, and keys of one name are
 * one caller. Since a key may itself hold a colon, such an entry is a key as a whole, too: nobody is locked out by how it reads.
 */
export function readApiKeys(text: string): NamedKey[] {
  return text.split(",").flatMap((part): NamedKey[] => {
    const entry = part.trim();
    if (entry === "") return [];
    const [, given, key] = NAMED.exec(entry) ?? [];
    if (given === undefined || key === undefined) return [{ key: entry }];
    const name = RESERVED.has(given) ? `key-${given}` : given;
    return [
      { name, key },
      { name, key: entry },
    ];
  });
}
