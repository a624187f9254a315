const SHOWN = 3;

/** The first names of a list, and how many more there are. */
export function fewOf(names: string[], separator = ", "): string {
  const rest = names.length - SHOWN;
  return names.slice(0, SHOWN).join(separator) + (rest > 0 ? `${separator}… +${rest}` : "");
}
