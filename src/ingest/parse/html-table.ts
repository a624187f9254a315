export interface HtmlCell {
  text: string;
  columns: number;
  rows: number;
}

/** Cells of the grid that spans may produce; `rowspan="65534"` times `colspan="1000"` must not exhaust the memory. */
const MAX_GRID_CELLS = 200_000;

/**
 * Lays table cells out on a grid: a spanning cell's text is repeated in each row it covers and in each column, except
 * where one cell covers a whole row, which then stands once.
 */
export function layOutTable(rows: HtmlCell[][]): string[][] {
  const width = rows.reduce(
    (widest, row) =>
      Math.max(
        widest,
        row.reduce((sum, cell) => sum + cell.columns, 0),
      ),
    0,
  );
  const grid: string[][] = rows.map(() => []);
  let budget = MAX_GRID_CELLS;
  for (const [rowIndex, row] of rows.entries()) {
    let column = 0;
    for (const cell of row) {
      while (grid[rowIndex]?.[column] !== undefined) column++;
      const columns = Math.min(cell.columns, budget);
      const lastRow = Math.min(rowIndex + cell.rows, rows.length);
      for (let target = rowIndex; target < lastRow && budget > 0; target++) {
        for (let offset = 0; offset < columns; offset++) {
          const isRepeatedAcross = offset > 0 && (columns >= width || cell.text.length > 40);
          const cells = grid[target];
          if (cells !== undefined) cells[column + offset] = isRepeatedAcross ? "" : cell.text;
        }
        budget -= columns;
      }
      column += columns;
    }
  }
  return grid.map((row) => Array.from(row, (text: string | undefined) => text ?? ""));
}

/** Leaves out rows and columns without any text; they only space a page. */
export function withoutEmptyLines(grid: string[][]): string[][] {
  const rows = grid.filter((row) => row.some((text) => text !== ""));
  const used = new Set<number>();
  for (const row of rows) for (const [column, text] of row.entries()) if (text !== "") used.add(column);
  return rows.map((row) => row.filter((_, column) => used.has(column)));
}
