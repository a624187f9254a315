/** Text as both databases take it: PostgreSQL has no NUL in a text, and neither has half a surrogate pair. */
export function storable(text: string): string;
export function storable(text: string | undefined): string | null;
export function storable(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll("\u0000", "").toWellFormed();
}
