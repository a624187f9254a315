import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { DEFAULT_ANSWERS, writeToml } from "./init-toml.ts";
import type { InitAnswers } from "./init-toml.ts";
import { usageError } from "./report-error.ts";

export interface InitOptions {
  yes: boolean;
  force: boolean;
}

/** `init`: writes a configuration from a few answers. Never overwrites a file unasked, never asks for a secret. */
export async function runInit(context: CommandContext, { yes, force }: InitOptions): Promise<ExitCode> {
  const { cwd, options, output, text } = context;
  const shownFile = options.config ?? "config.ini";
  const file = resolve(cwd, shownFile);
  const exists = await isThere(file);
  const interactive = !yes && process.stdin.isTTY && process.stdout.isTTY;
  if (!yes && !interactive) throw usageError(text.init.noTerminal);
  if (exists && !force && !interactive) throw usageError(text.init.exists(shownFile));

  let answers: InitAnswers | undefined = {
    ...DEFAULT_ANSWERS,
    ...((await isThere(resolve(dirname(file), "corpus"))) ? { corpus: "corpus" } : {}),
  };
  if (interactive) {
    const { askForConfig } = await import("./init-questions.ts");
    answers = await askForConfig({ text, file, shownFile, confirmOverwrite: exists && !force });
  }
  if (answers === undefined) {
    output.note(text.init.cancelled);
    return EXIT.interrupted;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeChecked(file, writeToml(answers, text.init), context);
  output.result(options.json ? JSON.stringify({ written: file }) : text.init.written(shownFile));
  if (!options.quiet) output.note(output.paintNote.dim(text.init.next));
  return EXIT.done;
}

/** The old file stays until the new one has been read back without a fault. */
async function writeChecked(file: string, content: string, context: CommandContext): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await writeFile(draft, content);
    await context.loadConfig(draft);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
