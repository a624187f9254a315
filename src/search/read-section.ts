import { AppError } from "../core/errors.ts";
import type { Sections } from "./sections.ts";

/**
 * A section of the type its reader needs.
 * @throws AppError `index_damaged`
 */
export function readSection<T extends Sections[string]>(
  sections: Sections,
  name: string,
  type: abstract new (...parameters: never[]) => T,
): T {
  const section = sections[name];
  if (section instanceof type) return section;
  throw new AppError(
    "index_damaged",
    `The index has no usable section ${name}: run \`xianheng ingest\` to rebuild it.`,
  );
}
