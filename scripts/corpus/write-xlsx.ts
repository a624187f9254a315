import ExcelJS from "exceljs";

import { BUILT_AT, settleZip } from "./settle-zip.ts";

/** One list in several sheets that share their columns. */
export interface PriceList {
  /** Stands above every sheet's table. */
  notice: string;
  columns: string[];
  sheets: { name: string; rows: (string | number)[][] }[];
}

/** A workbook with a notice row, a header row and the items on each sheet; the same list gives the same bytes. */
export async function writeXlsx(title: string, list: PriceList): Promise<Uint8Array> {
  const workbook = new ExcelJS.Workbook();
  workbook.creator = "Xianheng";
  workbook.title = title;
  workbook.created = workbook.modified = new Date(BUILT_AT);
  for (const { name, rows } of list.sheets) {
    const sheet = workbook.addWorksheet(name, { views: [{ state: "frozen", ySplit: 2 }] });
    sheet.addRow([list.notice]);
    sheet.mergeCells(1, 1, 1, list.columns.length);
    sheet.addRow(list.columns).font = { bold: true };
    sheet.addRows(rows);
    list.columns.forEach((column, index) => {
      const cells = [column, ...rows.map((row) => String(row[index]))];
      // A Chinese character is two digits wide.
      sheet.getColumn(index + 1).width = Math.max(...cells.map((cell) => 2 * cell.length)) + 2;
    });
  }
  return settleZip(new Uint8Array(await workbook.xlsx.writeBuffer()));
}
