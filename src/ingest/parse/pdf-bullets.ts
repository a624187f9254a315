import type { Dot } from "./pdf-drawing.ts";
import type { Segment } from "./pdf-segments.ts";

/** A bullet stands at most this far before its item, in font sizes. */
const MAX_DISTANCE = 2.5;

/** Writes a `•` before the lines that have a drawn bullet: browsers print the marks of lists as shapes. */
export function withBullets(segments: readonly Segment[], dots: readonly Dot[]): Segment[] {
  const marked = new Map<Segment, Dot>();
  for (const dot of dots) {
    const item = segments.reduce<Segment | undefined>((nearest, segment) => {
      const distance = segment.left - dot.x;
      const beside =
        segment.top <= dot.y && dot.y <= segment.bottom && distance > 0 && distance < MAX_DISTANCE * segment.size;
      return beside && (nearest === undefined || segment.left < nearest.left) ? segment : nearest;
    }, undefined);
    if (item !== undefined && !item.text.startsWith("•")) marked.set(item, dot);
  }
  return segments.map((segment) => {
    const dot = marked.get(segment);
    return dot === undefined ? segment : { ...segment, text: `• ${segment.text}`, left: dot.x };
  });
}
