import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import { locale } from "../../state/locale.ts";
import { Plot, plotAxis, type PlotColours } from "../../ui/plot.tsx";
import { numberText } from "../../ui/quantities.ts";
import { postsByHour } from "./posts-by-hour.ts";
import { groupsWords } from "./words.ts";

const HEIGHT = 150;
const HOURS = 24;
/** A label on the axis for each so many hours, in seconds. */
const LABEL_STEPS_S = [3 * 3600, 6 * 3600];
const HALF_HOUR_S = 1800;

export interface PostsPlotProps {
  /** Milliseconds since 1970. */
  posts: readonly number[];
  perHour: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** Posts of each hour of the last day, with what an hour may have. */
export function PostsPlot({ posts, perHour, now }: PostsPlotProps) {
  const words = groupsWords.value;
  const hours = useMemo(() => postsByHour(posts, { now, hours: HOURS }), [posts, now]);
  const time = new Intl.DateTimeFormat(locale.value, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const most = hours.toSorted((a, b) => b.count - a.count)[0];
  const total = hours.reduce((sum, { count }) => sum + count, 0);
  // The middle of each hour, so that bars stand between its two ends.
  const data: uPlot.AlignedData = useMemo(
    () => [
      hours.map(({ from }) => from / 1000 + HALF_HOUR_S),
      // No bar at all where there was no post.
      hours.map(({ count }) => (count === 0 ? null : count)),
      hours.map(() => perHour),
    ],
    [hours, perHour],
  );
  const highest = Math.max(perHour, ...hours.map(({ count }) => count));
  return (
    <Plot
      data={data}
      options={(colours) => optionsOf(colours, highest)}
      inputs={[highest]}
      height={HEIGHT}
      label={words.plotLabel(total, perHour, most?.count ?? 0, time.format(most?.from ?? now))}
      caption={words.plotCaption(numberText(perHour))}
      table={{
        columns: [words.hour, words.posts, words.limit],
        rows: hours.map(({ from, count }) => [time.format(from), String(count), String(perHour)]),
      }}
    />
  );
}

function optionsOf(colours: PlotColours, highest: number): Omit<uPlot.Options, "width" | "height"> {
  const time = new Intl.DateTimeFormat(locale.value, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return {
    padding: [8, 8, 0, 0],
    scales: { x: { time: true, range: spanOf }, y: { range: [0, Math.max(1, highest) * 1.1] } },
    axes: [
      plotAxis(colours, {
        size: 28,
        space: 60,
        incrs: LABEL_STEPS_S,
        grid: { show: false },
        values: (_, splits) => splits.map((split) => time.format(split * 1000)),
      }),
      plotAxis(colours, { size: 34, space: 28, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] }),
    ],
    legend: { show: false },
    cursor: { show: false },
    series: [
      {},
      {
        fill: colours.accent,
        stroke: colours.accent,
        ...(uPlot.paths.bars !== undefined && { paths: uPlot.paths.bars({ size: [0.72, 28], radius: 0.2 }) }),
        points: { show: false },
      },
      { stroke: colours.bad, width: 1.5, dash: [5, 4], points: { show: false } },
    ],
  };
}

function spanOf(plot: uPlot): uPlot.Range.MinMax {
  const xs = plot.data[0];
  return [(xs[0] ?? 0) - HALF_HOUR_S, (xs.at(-1) ?? 0) + HALF_HOUR_S];
}
