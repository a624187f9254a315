import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { localDate } from "../../src/models/usage-ledger.ts";

const MODELS = [
  { entry: "qwen/qwen-max", model: "qwen-max", calls: 34, prompt: 1850, completion: 240 },
  { entry: "deepseek/deepseek-chat", model: "deepseek-chat", calls: 9, prompt: 1420, completion: 180 },
];

/** What two models used in a week, as the usage ledger writes it. */
export async function writeDemoUsage(folder: string, now: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let daysBefore = 0; daysBefore < 7; daysBefore++) {
    const lines = MODELS.flatMap(({ entry, model, calls, prompt, completion }, index) =>
      Array.from({ length: Math.max(1, calls - 4 * ((daysBefore * 3 + index) % 5)) }, (_, call) =>
        JSON.stringify({ entry, model, prompt: prompt + 37 * (call % 11), completion: completion + 13 * (call % 7) }),
      ),
    );
    await writeFile(join(folder, `${localDate(now, daysBefore)}.jsonl`), `${lines.join("\n")}\n`);
  }
}
