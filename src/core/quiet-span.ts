const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`;
const SPAN = new RegExp(`^${TIME}-(?:${TIME}|24:00)$`);

/** Whether a text is a span of quiet hours: `HH:MM-HH:MM`; an end before the start lies on the next day. */
export function isQuietSpan(text: string): boolean {
  return SPAN.test(text);
}
