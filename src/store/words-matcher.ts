/** Tells whether all words of `wanted` stand in a text, in whatever case and width; any text has none of them. */
export function wordsMatcher(wanted: string): (text: string) => boolean {
  const words = folded(wanted)
    .split(/\s+/u)
    .filter((word) => word !== "");
  return (text) => {
    const whole = folded(text);
    return words.every((word) => whole.includes(word));
  };
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
