export interface BuildProgress {
  filesDone: number;
  filesFound: number;
  /** Passages embedded so far in this run, of those known so far to need it. */
  chunksDone: number;
  chunksQueued: number;
  /** Source of the file begun last. */
  currentFile: string;
  /** Files without text so far. */
  failed: number;
}

export interface ProgressReport {
  /** Sets what is known anew and tells the listener. */
  update(changes: Partial<BuildProgress>): void;
  /** Counts one more file. */
  finishFile(failed: boolean): void;
}

/** Gathers the state of a build from its parts. */
export function createProgressReport(listener: ((progress: BuildProgress) => void) | undefined): ProgressReport {
  let progress: BuildProgress = {
    filesDone: 0,
    filesFound: 0,
    chunksDone: 0,
    chunksQueued: 0,
    currentFile: "",
    failed: 0,
  };
  function update(changes: Partial<BuildProgress>): void {
    progress = { ...progress, ...changes };
    listener?.(progress);
  }
  return {
    update,
    finishFile(failed) {
      update({ filesDone: progress.filesDone + 1, failed: progress.failed + (failed ? 1 : 0) });
    },
  };
}
