import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";

/** Bytes read and summed per step, so that the event loop is not held up. */
const SLICE_BYTES = 4 << 20;

/** Size and crc32 of a file: guards against damage, not against malice. */
export async function fileCrc32(path: string): Promise<{ bytes: number; crc32: number }> {
  let value = 0;
  let bytes = 0;
  for await (const slice of slices(path)) {
    value = crc32(slice, value);
    bytes += slice.byteLength;
  }
  return { bytes, crc32: value };
}

/** sha256 of a file, hex. */
export async function fileSha256(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const slice of slices(path)) {
    signal.throwIfAborted();
    hash.update(slice);
  }
  return hash.digest("hex");
}

/** The bytes of a file piece by piece; a piece is valid until the next one. */
async function* slices(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.allocUnsafe(Math.min(SLICE_BYTES, Math.max(size, 1)));
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
