const DELIMITERS = [",", "\t", ";", "|"];
/** Enough lines to tell a delimiter from punctuation. */
const SAMPLE_CHARS = 20_000;
const SAMPLE_RECORDS = 60;

export interface CsvRecords {
  records: string[][];
  /** True when a quotation mark was never closed and was read as an ordinary character. */
  hasOpenQuote: boolean;
}

/**
 * Records of delimited text as RFC 4180 has them: quoted fields may hold delimiters, line breaks and doubled quotes.
 * A quotation mark inside an unquoted field is an ordinary character.
 */
export function readCsvRecords(text: string, delimiter: string): CsvRecords {
  const first = scan(text, delimiter, text.length);
  if (first.openQuoteAt === undefined) return { records: first.records, hasOpenQuote: false };
  // The mark would swallow the rest of the file: from there on quotation marks mean nothing.
  return { records: scan(text, delimiter, first.openQuoteAt).records, hasOpenQuote: true };
}

/** The delimiter that cuts the first records into the same number (over one) of fields most often; comma in doubt. */
export function sniffDelimiter(text: string): string {
  const declared = /^sep=(.)\n/i.exec(text)?.[1];
  if (declared !== undefined) return declared;
  const sample = text.slice(0, SAMPLE_CHARS);
  let best = ",";
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const widths = scan(sample, delimiter, sample.length)
      .records.slice(0, SAMPLE_RECORDS)
      .map((record) => record.length);
    const counts = new Map<number, number>();
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
    const [width, count] = [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
    const score = width > 1 ? count / widths.length + Math.min(width, 20) / 1000 : 0;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

/** Quotation marks count only before the offset `quotesUntil`. */
function scan(
  text: string,
  delimiter: string,
  quotesUntil: number,
): { records: string[][]; openQuoteAt: number | undefined } {
  const records: string[][] = [];
  let record: string[] = [];
  let offset = 0;
  while (offset < text.length) {
    let field = "";
    if (text[offset] === '"' && offset < quotesUntil) {
      const openedAt = offset;
      offset += 1;
      for (;;) {
        const quote = text.indexOf('"', offset);
        if (quote === -1) return { records, openQuoteAt: openedAt };
        field += text.slice(offset, quote);
        offset = quote + 1;
        if (text[offset] !== '"') break;
        field += '"';
        offset += 1;
      }
    }
    const end = fieldEnd(text, offset, delimiter);
    record.push(field + text.slice(offset, end));
    offset = end + 1;
    if (end >= text.length || text[end] === "\n") {
      records.push(record);
      record = [];
    } else if (offset >= text.length) record.push("");
  }
  if (record.length > 0) records.push(record);
  return { records, openQuoteAt: undefined };
}

function fieldEnd(text: string, from: number, delimiter: string): number {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n") end += 1;
  return end;
}
