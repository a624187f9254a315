import { unzlibSync } from "fflate";

const WOFF_HEADER = 44;
const WOFF_ENTRY = 20;
const SFNT_HEADER = 12;
const SFNT_ENTRY = 16;

/**
 * The TrueType font inside a WOFF 1.0 file (https://www.w3.org/TR/WOFF/).
 * fontkit reads WOFF too, but inflates a whole table for every glyph: a minute for one document.
 * @throws Error when the bytes are no WOFF.
 */
export function unpackWoff(woff: Uint8Array): Uint8Array {
  const source = new DataView(woff.buffer, woff.byteOffset, woff.byteLength);
  if (source.getUint32(0) !== 0x774f4646) throw new Error("The font is not a WOFF 1.0 file.");
  const tables = Array.from({ length: source.getUint16(12) }, (_, index) => {
    const entry = WOFF_HEADER + index * WOFF_ENTRY;
    const [offset, packedLength, length] = [4, 8, 12].map((field) => source.getUint32(entry + field));
    const packed = woff.subarray(offset, (offset ?? 0) + (packedLength ?? 0));
    return {
      tag: source.getUint32(entry),
      checksum: source.getUint32(entry + 16),
      content: packedLength === length ? packed : unzlibSync(packed),
    };
  });

  const sizes = tables.map(({ content }) => 4 * Math.ceil(content.length / 4));
  const start = SFNT_HEADER + tables.length * SFNT_ENTRY;
  const font = new Uint8Array(sizes.reduce((sum, size) => sum + size, start));
  const target = new DataView(font.buffer);
  const selector = Math.floor(Math.log2(tables.length));
  target.setUint32(0, source.getUint32(4));
  target.setUint16(4, tables.length);
  target.setUint16(6, 16 * 2 ** selector);
  target.setUint16(8, selector);
  target.setUint16(10, 16 * tables.length - 16 * 2 ** selector);
  let offset = start;
  for (const [index, { tag, checksum, content }] of tables.entries()) {
    const entry = SFNT_HEADER + index * SFNT_ENTRY;
    target.setUint32(entry, tag);
    target.setUint32(entry + 4, checksum);
    target.setUint32(entry + 8, offset);
    target.setUint32(entry + 12, content.length);
    font.set(content, offset);
    offset += sizes[index] ?? 0;
  }
  return font;
}
