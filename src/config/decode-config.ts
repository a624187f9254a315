/**
 * Text of a config file as editors on any system write it: UTF-8 with or without BOM, UTF-16 with BOM (Notepad's
 * "Unicode"), GB18030 (Chinese Windows). Undefined when the bytes are no text.
 */
export function decodeConfig(bytes: Uint8Array): string | undefined {
  const encoding = encodingOf(bytes);
  const text = decode(bytes, encoding) ?? (encoding === "utf-8" ? decode(bytes, "gb18030") : undefined);
  return text === undefined || text.includes("\0") ? undefined : text;
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (second === 0 && first !== 0)) {
    return "utf-16le";
  }
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0) ? "utf-16be" : "utf-8";
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}
