import type { ComponentChildren } from "preact";

export interface FigureProps {
  name: string;
  note?: string | undefined;
  /** What it is now, where something else is tried. */
  before?: string;
  children: ComponentChildren;
}

/** One number in a row of them. */
export function Figure({ name, note, before, children }: FigureProps) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{children}</dd>
      {note !== undefined && <dd class="note">{note}</dd>}
      {before !== undefined && <dd class="note">{before}</dd>}
    </div>
  );
}
