import { expect, test } from "vitest";
import { csvParser } from "../../../src/ingest/parse/csv.ts";
import { readCsvRecords, sniffDelimiter } from "../../../src/ingest/parse/csv-records.ts";
import { describeParser } from "../../conformance/parser.ts";

function read(text: string) {
  return csvParser.parse({ bytes: new TextEncoder().encode(text), name: "a.csv" });
}

describeParser({
  name: "csv",
  parser: csvParser,
  valid: async () => ({ bytes: new TextEncoder().encode("项目,金额\n押金,500\n水费,30\n"), name: "fees.csv" }),
  expectText: "| 押金 | 500 |",
});

test("reads quoted fields with delimiters, line breaks and doubled quotes", () => {
  expect(readCsvRecords('a,"b,""c""\nd",e\n,\n', ",").records).toEqual([
    ["a", 'b,"c"\nd', "e"],
    ["", ""],
  ]);
  expect(readCsvRecords('5" pipe,"x"y,', ",").records).toEqual([['5" pipe', "xy", ""]]);
});

test("finds the delimiter by what cuts records evenly", () => {
  expect(sniffDelimiter("a,b\n1,2\n")).toBe(",");
  expect(sniffDelimiter("name\ttext\nx\thello, you, there\n")).toBe("\t");
  expect(sniffDelimiter("a;b\n1,5;2,5\n3,5;4,5\n")).toBe(";");
  expect(sniffDelimiter("a|b|c\n1|2|3\n")).toBe("|");
  expect(sniffDelimiter("sep=;\na,b;c\n")).toBe(";");
  expect(sniffDelimiter("one column only\nand more\n")).toBe(",");
});

test("keeps the cells of rows that are longer than the header and names the rows", async () => {
  const document = await read("a,b\n1,2\n3,4,5\n");
  expect(document.blocks.map((block) => block.text)).toEqual([
    "| a | b |  |\n| --- | --- | --- |\n| 1 | 2 |  |\n| 3 | 4 | 5 |",
  ]);
  expect(document.warnings).toEqual(["Row 3 has 3 cells, the header has 2."]);
});

test("names only the first of many long rows", async () => {
  const { warnings } = await read(`a,b\n${"1,2,3\n".repeat(20)}`);
  expect(warnings).toHaveLength(6);
  expect(warnings.at(-1)).toBe("15 more rows are that long.");
});

test("reads the rest of a file after a quotation mark that is never closed", async () => {
  const document = await read('a,b\n1,"open\n2,x\n');
  expect(document.blocks[0]?.text).toContain('| 1 | "open |\n| 2 | x |');
  expect(document.warnings).toEqual([expect.stringContaining("never closed")]);
});

test("calls tab-separated text by its own media type", async () => {
  expect((await read("a\tb\n1\t2\n")).mediaType).toBe("text/tab-separated-values");
});

test("says that a file of separators only has no text", async () => {
  await expect(read(",,\n,,\n")).rejects.toMatchObject({ code: "document_no_text" });
});
