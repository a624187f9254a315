/** What the process tells its caller; scripts rely on these numbers. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong use or a wrong configuration. */
  usage: 2,
  /** The assistant chose silence. */
  declined: 3,
  /** Ctrl-C, by the shells' rule of 128 + signal number. */
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
