/** Longest name that common file systems take, in bytes of UTF-8. */
const MAX_NAME_BYTES = 255;

/** Controls, ends of lines, and marks that make a name look like another one. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** What is left of bytes that are no UTF-8. */
const REPLACED = "\uFFFD";
/** Devices of Windows, whatever the ending: the work folder may be copied there. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;

/** The name that a file is kept under: composed letters, as most systems write them. */
export function uploadName(sent: string): string {
  return sent.normalize("NFC");
}

/** What is wrong with a name, as a sentence's end; undefined when it can be kept. */
export function nameFaultOf(name: string, isIgnoredName: (name: string) => boolean): string | undefined {
  if (name.trim() === "") return "must not be empty";
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `must have no more than ${MAX_NAME_BYTES} bytes in UTF-8`;
  if (/[/\\:]/u.test(name)) return "must not hold / \\ or :";
  if (name.includes("..")) return "must not hold ..";
  if (CONTROLS.test(name)) return "must not hold control characters";
  if (name.includes(REPLACED) || !name.isWellFormed()) return "must be in UTF-8";
  if (DEVICES.test(name) || /[. ]$/u.test(name)) return "is reserved: some systems cannot keep a file of this name";
  if (isIgnoredName(name)) return "is one of a hidden or temporary file, and these are not read";
  return undefined;
}
