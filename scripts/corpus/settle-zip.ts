import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";

/** Every generated file carries this moment, so that a rebuild changes no byte. */
export const BUILT_AT = "2024-01-31T00:00:00Z";

/**
 * Packs an Office file anew with fixed dates. ZIP entries hold the packing time and `docProps/core.xml` the writing time;
 * both would make each build a change in git.
 */
export function settleZip(bytes: Uint8Array): Uint8Array {
  // ZIP dates are local time without a zone: made from local parts, they are the same bytes in every zone.
  const mtime = new Date(2024, 0, 31);
  const settled: Record<string, Uint8Array> = {};
  for (const [name, content] of Object.entries(unzipSync(bytes))) {
    if (name.endsWith("/")) continue;
    settled[name] = name === "docProps/core.xml" ? withFixedDates(content) : content;
  }
  return zipSync(settled, { mtime, level: 9 });
}

function withFixedDates(coreProperties: Uint8Array): Uint8Array {
  const dates = /(<dcterms:(?:created|modified)[^>]*>)[^<]*/g;
  return strToU8(strFromU8(coreProperties).replace(dates, `$1${BUILT_AT}`));
}
