import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import type { LabelledLine } from "../../api/gate.ts";
import { Plot, plotAxis, type PlotColours } from "../../ui/plot.tsx";
import { percent, probabilityText } from "./figures-text.ts";
import { curveOf, measureLines, type CurvePoint } from "./line-measures.ts";
import { gateWords } from "./words.ts";

const HEIGHT = 280;
/** Below so many lines of either kind each of them is a step that can be seen. */
const FEW_LINES = 30;

export interface PrecisionRecallPlotProps {
  lines: readonly LabelledLine[];
  present: number;
  chosen: number;
  /** Of which `lines` are the newest. */
  labels: number;
}

/** What any threshold gives on the labelled lines, with the present one and the one that is tried. */
export function PrecisionRecallPlot({ lines, present, chosen, labels }: PrecisionRecallPlotProps) {
  const words = gateWords.value;
  const curve = useMemo(() => curveOf(lines, present), [lines, present]);
  const data = useMemo(
    () =>
      toData(curve, {
        now: measureLines(lines, present, present),
        tried: chosen === present ? undefined : measureLines(lines, chosen, present),
      }),
    [curve, lines, present, chosen],
  );
  const table = useMemo(
    () => ({
      columns: [words.tableThreshold, words.precision, words.recall],
      rows: curve.map(({ threshold, precision, recall }) => [
        probabilityText(threshold),
        percent(precision),
        percent(recall),
      ]),
    }),
    [curve, words],
  );
  const now = measureLines(lines, present, present);
  const positive = lines.filter((line) => line.positive).length;
  const negative = lines.length - positive;
  const isFew = Math.min(positive, negative) < FEW_LINES;
  return (
    <Plot
      data={data}
      options={(colours) => optionsOf(colours, isFew)}
      inputs={[isFew]}
      height={HEIGHT}
      label={words.plotLabel(lines.length, percent(now.precision), percent(now.recall))}
      caption={
        <>
          <span class="plot-keys">
            <span class="plot-key curve">{words.curve}</span>
            <span class="plot-key present">{words.present}</span>
            {chosen !== present && <span class="plot-key chosen">{words.chosen}</span>}
          </span>
          {[
            words.caption(positive, negative),
            ...(labels > lines.length ? [words.captionNewest(labels)] : []),
            ...(isFew ? [words.captionFew] : []),
          ].join(" ")}
        </>
      }
      table={table}
    />
  );
}

type Place = Pick<CurvePoint, "precision" | "recall">;

/** The curve and two single points over one axis of recall. */
function toData(
  curve: readonly CurvePoint[],
  { now, tried }: { now: Place; tried: Place | undefined },
): uPlot.AlignedData {
  const rows: { recall: number; values: (number | null)[] }[] = [
    ...curve.map(({ recall, precision }) => ({ recall, values: [precision, null, null] })),
    ...pointRow(now, [null, now.precision, null]),
    ...(tried === undefined ? [] : pointRow(tried, [null, null, tried.precision])),
  ].toSorted((a, b) => a.recall - b.recall);
  const column = (index: number): (number | null)[] => rows.map(({ values }) => values[index] ?? null);
  return [rows.map(({ recall }) => recall), column(0), column(1), column(2)];
}

/** Where nothing is answered there is no precision, and so no point. */
function pointRow({ precision, recall }: Place, values: (number | null)[]) {
  return Number.isNaN(precision) || Number.isNaN(recall) ? [] : [{ recall, values }];
}

function optionsOf(colours: PlotColours, hasPoints: boolean): Omit<uPlot.Options, "width" | "height"> {
  const words = gateWords.value;
  const axis = (label: string, size: number): uPlot.Axis =>
    plotAxis(colours, { label, size, values: (_, splits) => splits.map((split) => percent(split)) });
  return {
    padding: [12, 12, 0, 0],
    scales: { x: { time: false, range: [0, 1.02] }, y: { range: [0, 1.05] } },
    axes: [axis(words.recall, 30), axis(words.precision, 46)],
    legend: { show: false },
    cursor: { show: false },
    series: [
      {},
      {
        stroke: colours.info,
        width: 2,
        spanGaps: true,
        points: { show: hasPoints, size: 4, width: 1, stroke: colours.info, fill: colours.info },
      },
      point(colours.ink, colours.ink, 11),
      point(colours.accent, colours.surface, 13),
    ],
  };
}

/** A series of points alone. */
function point(stroke: string, fill: string, size: number): uPlot.Series {
  return { paths: () => null, points: { show: true, size, width: 2, stroke, fill } };
}
