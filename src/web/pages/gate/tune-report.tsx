import type { Measures, TuneReport } from "../../api/gate.ts";
import { percent } from "./figures-text.ts";
import { gateWords } from "./words.ts";

const MEASURES = ["precision", "recall", "f1", "auc"] as const satisfies readonly (keyof Measures)[];

/** How good the tuned gate is on lines it had not seen, beside the shipped one. */
export function TuneReportView({ report }: { report: TuneReport }) {
  const words = gateWords.value;
  const { crossValidated, intervals, prior, labels, warnings } = report;
  return (
    <section class="stack tight">
      <h3>{words.report}</h3>
      <p class="soft small-text">{words.reportOn(labels.positive, labels.negative)}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label={words.report}>
        <table class="report">
          <thead>
            <tr>
              <th scope="col">{words.measure}</th>
              <th scope="col">{words.afterTuning}</th>
              <th scope="col">{words.prior}</th>
            </tr>
          </thead>
          <tbody>
            {MEASURES.map((measure) => (
              <tr key={measure}>
                <th scope="row">{words[measure]}</th>
                <td>
                  <strong>{percent(crossValidated[measure])}</strong>{" "}
                  <span class="faint">
                    ({percent(intervals[measure].low)} – {percent(intervals[measure].high)})
                  </span>
                </td>
                <td>{percent(prior[measure])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {warnings.length > 0 && (
        <>
          <h3>{words.warnings}</h3>
          <ul class="report-warnings">
            {warnings.map((warning) => (
              <li key={warning} class="notice quiet">
                {warning}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
