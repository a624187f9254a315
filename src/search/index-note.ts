/** What the owner should know of a finished build beyond its counts. */
export interface IndexNote {
  code: "index-damaged" | "index-stale" | "litter-removed" | "no-graph" | "outside-removed" | "withdrawn";
  /** In English, a whole sentence. */
  message: string;
  /** What it is about: file names, sources, the fault found. */
  details: string[];
}
