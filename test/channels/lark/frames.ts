/** The protobuf frames of Lark's long connection: as much as a fake of it needs. */
export interface LarkFrame {
  /** 0 is control, 1 is data. */
  method: number;
  headers: Record<string, string>;
  payload: Buffer;
}

export function encodeFrame({ method, headers, payload }: LarkFrame): Buffer {
  const pairs = Object.entries(headers).map(([key, value]) =>
    bytesField(5, Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, Buffer.from(value))])),
  );
  return Buffer.concat([
    numberField(1, 1),
    numberField(2, 1),
    numberField(3, 1),
    numberField(4, method),
    ...pairs,
    bytesField(8, payload),
  ]);
}

export function decodeFrame(bytes: Buffer): LarkFrame {
  const frame: LarkFrame = { method: 0, headers: {}, payload: Buffer.alloc(0) };
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === 4 && typeof value === "number") frame.method = value;
    if (field === 8 && typeof value !== "number") frame.payload = value;
    if (field === 5 && typeof value !== "number") {
      const [key = "", text = ""] = fieldsOf(value).map((pair) => String(pair.value));
      frame.headers[key] = text;
    }
  }
  return frame;
}

function fieldsOf(bytes: Buffer): { field: number; value: number | Buffer }[] {
  const fields: { field: number; value: number | Buffer }[] = [];
  let offset = 0;
  const readNumber = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[offset] ?? 0;
      offset += 1;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (offset < bytes.length) {
    const tag = readNumber();
    if ((tag & 7) === 0) {
      fields.push({ field: tag >> 3, value: readNumber() });
    } else {
      const length = readNumber();
      fields.push({ field: tag >> 3, value: bytes.subarray(offset, offset + length) });
      offset += length;
    }
  }
  return fields;
}

function numberField(field: number, value: number): Buffer {
  return Buffer.concat([number(field << 3), number(value)]);
}

function bytesField(field: number, value: Buffer): Buffer {
  return Buffer.concat([number((field << 3) | 2), number(value.length), value]);
}

function number(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
