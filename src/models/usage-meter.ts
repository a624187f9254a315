import { AppError } from "../core/errors.ts";
import type { TokenUsage } from "../core/model.ts";
import type { UsageLedger, UsageRecord } from "./usage-ledger.ts";

export interface UsageMeterOptions {
  ledger: Pick<UsageLedger, "add" | "tokensToday">;
  /** `vendor/model` of the config entry. */
  entry: string;
  /** Name of the variable that holds the entry's key. */
  account?: string | undefined;
  /** Tokens that the entry may use a day; 0 = no limit. */
  maxTokensPerDay: number;
  /** Prices of a million tokens, in any one currency. */
  pricePerMillion: { prompt?: number | undefined; completion?: number | undefined };
}

/** Ends a call; without `spent` it has used nothing. */
export type EndCall = (spent?: { model: string; usage: TokenUsage }) => Promise<void>;

/** Counts what one `[[llm]]` entry uses and keeps it within its budget. */
export class UsageMeter {
  readonly #options: UsageMeterOptions;
  /** Prompts that are on their way, so that calls at the same time do not all fit into the last of the budget. */
  #underWay = 0;

  constructor(options: UsageMeterOptions) {
    this.#options = options;
  }

  /**
   * Begins a call of about `promptTokens` tokens. The call that crosses the limit is the last one of the day.
   * @throws AppError `model_budget_spent`
   */
  async begin(promptTokens: number): Promise<EndCall> {
    const { ledger, maxTokensPerDay } = this.#options;
    if (maxTokensPerDay > 0) {
      const used = await ledger.tokensToday(this.#options);
      if (used + this.#underWay >= maxTokensPerDay) throw this.#budgetSpent(used);
    }
    this.#underWay += promptTokens;
    return async (spent) => {
      // First the ledger: in between the tokens would be counted nowhere.
      if (spent !== undefined) await ledger.add(this.#recordOf(spent.model, spent.usage));
      this.#underWay -= promptTokens;
    };
  }

  #recordOf(model: string, { prompt, completion }: TokenUsage): UsageRecord {
    const { entry, account, pricePerMillion } = this.#options;
    const { prompt: promptPrice, completion: completionPrice } = pricePerMillion;
    const isPriced = promptPrice !== undefined || completionPrice !== undefined;
    const cost = (prompt * (promptPrice ?? 0) + completion * (completionPrice ?? 0)) / 1_000_000;
    return {
      entry,
      ...(account !== undefined && { account }),
      model,
      prompt,
      completion,
      ...(isPriced && { cost }),
    };
  }

  #budgetSpent(used: number): AppError {
    const { entry, maxTokensPerDay } = this.#options;
    return new AppError(
      "model_budget_spent",
      `${entry} has used ${used} of its ${maxTokensPerDay} tokens for today; it is asked again tomorrow, or raise max_tokens_per_day`,
    );
  }
}
