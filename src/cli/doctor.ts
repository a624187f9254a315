import type { DoctorCheck } from "../app.ts";
import { AppError } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { printable } from "./output.ts";
import { isUsageFault } from "./report-error.ts";

/** `doctor`: checks what a working installation needs; every fault comes with its remedy. */
export async function runDoctor(context: CommandContext): Promise<ExitCode> {
  const { options, output } = context;
  const { checks, exitCode } = await runChecks(context);
  context.signal.throwIfAborted();
  if (options.json)
    output.result(
      JSON.stringify(checks.map(({ check, status, detail, remedy }) => ({ check, status, detail, remedy }))),
    );
  else showChecks(context, checks);
  return exitCode;
}

async function runChecks(context: CommandContext): Promise<{ checks: DoctorCheck[]; exitCode: ExitCode }> {
  const { text, signal } = context;
  try {
    const { assistant } = await context.open();
    const checks = await assistant.doctor(signal);
    return { checks, exitCode: checks.some((each) => each.status === "failed") ? EXIT.failed : EXIT.done };
  } catch (error) {
    if (!(error instanceof AppError) || !isUsageFault(error)) throw error;
    const { config, configRemedy } = text.doctor;
    return {
      checks: [{ check: "config", name: config, status: "failed", detail: error.message, remedy: configRemedy }],
      exitCode: EXIT.usage,
    };
  }
}

function showChecks({ output, text }: CommandContext, checks: DoctorCheck[]): void {
  const { paint } = output;
  const marks = { ok: paint.green("✓"), warning: paint.yellow("!"), failed: paint.red("✗"), skipped: paint.dim("–") };
  for (const { name, status, detail, remedy } of checks) {
    output.result(`${marks[status]} ${printable(name)}: ${printable(detail)}`);
    if (remedy !== "" && status !== "ok") output.result(`  → ${printable(remedy)}`);
  }
  const failed = checks.filter((each) => each.status === "failed").length;
  output.result("");
  output.result(failed === 0 ? text.doctor.allWell : text.doctor.failed(failed));
}
