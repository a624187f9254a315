/** Rows of wider tables are left short: GFM fills them up, and padding them would multiply a sparse sheet's size. */
const MAX_PADDED_COLUMNS = 64;

/**
 * A GFM table of `rows`; the first row is the header, widened to the longest row so that no cell is lost.
 * Pipes are escaped, line breaks and runs of blanks become one space, rows without any text are left out.
 * Gives "" when no cell has text.
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const cleaned = rows.map((row) => row.map(tableCell)).filter((row) => row.some((cell) => cell !== ""));
  const [header, ...body] = cleaned;
  if (header === undefined) return "";
  // Not Math.max(...): a sheet may have more rows than a call may have arguments.
  const columns = cleaned.reduce((widest, row) => Math.max(widest, usedCells(row)), 1);
  const paddedTo = columns > MAX_PADDED_COLUMNS ? 1 : columns;
  const lines = [
    tableRow(header, columns),
    `|${" --- |".repeat(columns)}`,
    ...body.map((row) => tableRow(row, Math.max(paddedTo, usedCells(row)))),
  ];
  return lines.join("\n");
}

function tableCell(text: string): string {
  return text.replace(/\s+/g, " ").trim().replaceAll("|", "\\|");
}

function tableRow(cells: readonly string[], columns: number): string {
  let line = "|";
  for (let column = 0; column < columns; column += 1) {
    const cell = cells[column] ?? "";
    line += cell === "" ? "  |" : ` ${cell} |`;
  }
  return line;
}

function usedCells(row: readonly string[]): number {
  return row.findLastIndex((cell) => cell !== "") + 1;
}
