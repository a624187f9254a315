import { performance } from "node:perf_hooks";
import type { Locale } from "../core/runtime.ts";
import type { DoctorCheck, HealthSubject } from "../health/checks.ts";
import type { ReadyOptions } from "./assistant.ts";

/** What the checks look at of a running assistant. */
export type DoctorParts = Pick<HealthSubject, "loadEmbedding" | "readIndex" | "readGate" | "gateways" | "usageToday">;

/** Looks at everything that an assistant needs, and says what to do about what is amiss, in `locale`. */
export async function runDoctor(
  options: ReadyOptions,
  { locale, ...parts }: DoctorParts & { locale: Locale },
  signal: AbortSignal,
): Promise<DoctorCheck[]> {
  const { runChecks } = await import("../health/checks.ts");
  const { config: loaded, workDir } = options;
  return runChecks(
    {
      ...parts,
      locale,
      workDir,
      nodeVersion: process.version,
      configFile: loaded.file,
      corpusPaths: loaded.config.corpus.paths,
      hasPackage: (name) =>
        import(name).then(
          () => true,
          () => false,
        ),
      ocr: loaded.config.corpus.ocr,
      channels: async (inner) => (await import("./service.ts")).checkChannels(options, inner),
      hasProxy: loaded.hasProxy,
      now: () => performance.now(),
    },
    signal,
  );
}
