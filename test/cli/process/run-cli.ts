import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const MAIN = join(import.meta.dirname, "..", "..", "..", "dist", "cli", "main.js");

export interface Finished {
  /** Null when a signal ended the process. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  /** Written to stdin, which is then closed. */
  input?: string | Uint8Array;
  env?: Record<string, string>;
}

/** Starts the built program as a shell would. */
export function startCli(
  args: string[],
  { cwd, input, env = {} }: RunOptions,
): { child: ChildProcess; end: Promise<Finished> } {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    // Nothing of the developer's own settings; English unless a test says otherwise.
    env: { PATH: process.env["PATH"], HOME: cwd, LC_ALL: "C.UTF-8", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const error: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => out.push(part));
  child.stderr.on("data", (part: Buffer) => error.push(part));
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const end = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString("utf8"), stderr: Buffer.concat(error).toString("utf8") }),
    );
  });
  return { child, end };
}

export async function runCli(args: string[], options: RunOptions): Promise<Finished> {
  return startCli(args, options).end;
}

/** A new folder with a configuration and the given files. */
export function createProject(
  files: Record<string, string | Uint8Array>,
  config = '[corpus]\npaths = ["corpus"]\n',
): string {
  const folder = mkdtempSync(join(tmpdir(), "xianheng-cli-"));
  mkdirSync(join(folder, "corpus"));
  for (const [name, content] of Object.entries({ "config.ini": config, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export const APARTMENT = `# 员工公寓指南

## 入住

入住当天请到一号楼前台领取钥匙，并出示工牌。前台办公时间为工作日 9:00 到 18:00。

## 费用

水费每吨 4 元，电费每度 0.6 元，每月 5 日从工资中扣除。

## 退房

退房请提前三个工作日发邮件到 apartment@example.org 申请。
退房当天要交回钥匙和门禁卡，并把个人物品全部带走。
管理员检查房间后双方签字确认。
`;

export const PRINTERS = `# Printer handbook

## Paper jam

When the printer on floor 3 is jammed, open the rear tray, pull the sheet out slowly and close the tray until it clicks.

## Toner

Toner cartridges of type TN-2410 are kept in cabinet B12. Order new ones from it-desk@example.org when fewer than two are left.
`;
