import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { locale, texts } from "../state/locale.ts";
import { theme } from "../state/theme.ts";

/** The tokens of the present theme. */
export interface PlotColours {
  ink: string;
  inkSoft: string;
  inkFaint: string;
  line: string;
  surface: string;
  accent: string;
  good: string;
  quiet: string;
  bad: string;
  info: string;
}

export interface PlotProps {
  /** The values of x first (ascending), then those of each series. */
  data: uPlot.AlignedData;
  /** Asked again when the theme, the language or one of `inputs` changes; new data alone is drawn into the same plot. */
  options: (colours: PlotColours) => Omit<uPlot.Options, "width" | "height">;
  inputs?: readonly unknown[];
  /** Pixels. */
  height: number;
  /** Says what is to be seen, for whoever does not see it. */
  label: string;
  caption?: ComponentChildren;
  /** The same in words and figures. */
  table: PlotTable;
}

export interface PlotTable {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A plot as wide as its place, in the theme's colours, with its values as a table below. */
export function Plot({ data, options, inputs = [], height, label, caption, table }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const drawn = new uPlot({ ...options(readColours()), width: element.clientWidth, height }, data, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== drawn.width) {
        drawn.setSize({ width: element.clientWidth, height });
      }
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [theme.value, locale.value, height, ...inputs]);
  useEffect(() => {
    if (plot.current !== undefined && plot.current.data !== data) plot.current.setData(data);
  }, [data]);
  // Data that moves is drawn often, its table stays as long as it is the same.
  const values = useMemo(() => <Values table={table} />, [table]);
  return (
    <figure class="plot">
      <div ref={place} class="plot-place" role="img" aria-label={label} />
      {caption !== undefined && <figcaption>{caption}</figcaption>}
      {values}
    </figure>
  );
}

function Values({ table: { columns, rows } }: { table: PlotTable }) {
  return (
    <details class="plot-table">
      <summary>{texts.value.asTable}</summary>
      <div class="scroll" tabIndex={0} role="group" aria-label={texts.value.asTable}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** An axis in the console's type and colours. */
export function plotAxis(colours: PlotColours, axis: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: colours.inkSoft,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    labelSize: 18,
    labelGap: 2,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1, size: 4 },
    ...axis,
  };
}

function readColours(): PlotColours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"),
    inkSoft: read("ink-soft"),
    inkFaint: read("ink-faint"),
    line: read("line"),
    surface: read("surface"),
    accent: read("accent"),
    good: read("good"),
    quiet: read("quiet"),
    bad: read("bad"),
    info: read("info"),
  };
}
