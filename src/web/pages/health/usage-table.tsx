import type { HealthDocument, ModelUsage } from "../../api/health.ts";
import { locale } from "../../state/locale.ts";
import { numberText } from "../../ui/quantities.ts";
import { healthWords } from "./words.ts";

/** Calls and tokens of each model, day by day. */
export function UsageTable({ usage }: Pick<HealthDocument, "usage">) {
  const words = healthWords.value;
  const days = usage.filter(({ models }) => models.length > 0);
  const greatest = Math.max(1, ...days.flatMap(({ models }) => models.map(tokensOf)));
  return (
    <section class="card flush usage">
      <header class="list-head">
        <h2>{words.usage}</h2>
        <p class="soft small-text">{days.length === 0 ? words.noUsage : words.usageLead}</p>
      </header>
      {days.length > 0 && (
        <div class="scroll" tabIndex={0} role="group" aria-label={words.usage}>
          <table class="usage-table">
            <thead>
              <tr>
                <th scope="col">{words.day}</th>
                <th scope="col">{words.model}</th>
                <th scope="col" class="end">
                  {words.calls}
                </th>
                <th scope="col" class="end">
                  {words.tokensIn}
                </th>
                <th scope="col" class="end">
                  {words.tokensOut}
                </th>
              </tr>
            </thead>
            {days.map(({ day, models }) => (
              <tbody key={day}>
                {models.map((one, index) => (
                  <tr key={one.model}>
                    {index === 0 && (
                      <th scope="rowgroup" rowSpan={models.length} class="usage-day">
                        {dayText(day)}
                      </th>
                    )}
                    <td class="usage-model">
                      {one.model}
                      <svg class="usage-bar" aria-hidden="true">
                        <rect width={`${(tokensOf(one) / greatest) * 100}%`} height="100%" rx="2" />
                      </svg>
                    </td>
                    <td class="end">{numberText(one.calls)}</td>
                    <td class="end">{numberText(one.prompt)}</td>
                    <td class="end">{numberText(one.completion)}</td>
                  </tr>
                ))}
              </tbody>
            ))}
          </table>
        </div>
      )}
    </section>
  );
}

function tokensOf({ prompt, completion }: ModelUsage): number {
  return prompt + completion;
}

/** `2026-11-24` as people write it; it is a date of the service's clock, not of ours. */
function dayText(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at)) return day;
  return new Intl.DateTimeFormat(locale.value, {
    timeZone: "UTC",
    month: "short",
    day: "numeric",
  }).format(at);
}
