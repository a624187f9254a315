import type { IndexNote } from "../../app.ts";
import type { ErrorCode } from "../../core/errors.ts";
import type { DeclineReason } from "../../core/outcome.ts";
import { fewOf } from "../few-of.ts";

const declined: Record<DeclineReason, string> = {
  "not-a-question": "the line is not a question",
  "addressed-to-someone-else": "the line is addressed to someone else",
  unrelated: "the question is not about our documents",
  unanswerable: "our documents do not answer it",
  unsupported: "no sentence of the answer was supported by its source",
  unsafe: "the question or the answer is not safe to send",
  "quiet-hours": "it is quiet hours",
  "over-budget": "the budget of posts is used up",
  "already-answered": "it has been answered already",
  "too-short": "the line is too short",
};

export const en = {
  program: {
    description:
      "Answers questions from your own documents, with checked citations, and stays silent when it cannot.\n" +
      "Results go to stdout, progress and logs to stderr. Exit codes: 0 done, 1 failed, 2 usage or config, 3 declined.",
    titles: {
      "Usage:": "Usage:",
      "Arguments:": "Arguments:",
      "Options:": "Options:",
      "Commands:": "Commands:",
      "Global Options:": "Global options:",
    } as Record<string, string>,
    config: "configuration file (default: ./config.ini when it is there)",
    workDir: "folder of everything generated (default: workdir/ beside the configuration)",
    json: "print one JSON document (JSON lines for search and score) and nothing else on stdout",
    quiet: "no progress and no notes on stderr",
    verbose: "log every step on stderr, as JSON lines",
    lang: "language of messages: zh or en (default: the system's)",
    help: "show this help",
    version: "show the version",
    helpCommand: "show the help of a command",
  },
  commands: {
    ingest: "index documents; only what changed is read again",
    ingestPaths: "files and folders (default: the corpus paths of the configuration)",
    ask: "answer one question; indexes first when there is no index",
    askQuestion: "the question; - reads it from stdin",
    search: "show the passages found for a query",
    searchQuery: "the query",
    searchLimit: "number of hits, 1 to 100 (default: 10)",
    searchQueries: "file of queries, one JSON object {id,text} a line; - reads stdin",
    score: "what the gate makes of each chat line",
    scoreFile: "a chat line each (default, and for -: stdin)",
    scoreExplain: "say what speaks for and against each line",
    gateGroup: "the group whose gate is meant",
    tune: "fit the gate to labelled lines",
    labels: "labelled lines: positive (to answer) or negative (to leave alone), a tab, the text",
    tuneMaxWrong: "largest share of the lines to leave alone that may be answered (above 0, up to 0.5)",
    tuneSeed: "seed of the draws (default: 1)",
    eval: "measure the present gate on labelled lines",
    evalAgainst: "compare with the gate in this file",
    evalReport: "where the HTML report goes (default: gate-report.html in the work folder)",
    inspect: "show what is read from one document",
    inspectFile: "the document",
    chat: "hold a conversation in the terminal",
    doctor: "check configuration, keys, models, index and permissions",
    serve: "run the configured channels and HTTP until told to stop",
    mcp: "serve tools and documents to another program (MCP on stdin and stdout); indexes first when there is no index",
    models: "list the models that the configured gateways offer",
    modelsProvider: "this provider only; it need not be configured",
    init: "ask a few questions and write config.ini",
    initForce: "overwrite an existing file",
    initYes: "ask nothing and write the defaults",
  },
  usage: {
    unknownCommand: (name: string, suggestion: string | undefined, commands: string[]) =>
      `There is no command "${name}"${suggestion === undefined ? "" : ` (did you mean "${suggestion}"?)`}. Commands: ${commands.join(", ")}.`,
    unknownOption: (name: string, suggestion: string | undefined) =>
      `There is no option "${name}"${suggestion === undefined ? "" : ` (did you mean "${suggestion}"?)`}. Put -- before words that begin with a dash.`,
    missingArgument: (name: string) => `The argument <${name}> is missing.`,
    optionMissingArgument: (option: string) => `The option ${option} needs a value.`,
    missingOption: (option: string) => `The option ${option} is missing.`,
    invalidValue: (option: string, value: string, reason: string) => `${option} cannot be "${value}": ${reason}`,
    notALanguage: "it must be zh or en.",
    tooManyArguments: "Too many arguments.",
    seeHelp: (command: string) => `See: xianheng ${command}--help`,
    notWholeNumber: (least: number, most: number) => `it must be a whole number from ${least} to ${most}.`,
    noQuestion: 'No question was given. Use: xianheng ask "QUESTION", or xianheng ask - to read it from stdin.',
    questionTooLong: (length: number, most: number) =>
      `The question has ${length} characters; ${most} are allowed. Ask for one thing at a time.`,
    noQuery: 'No query was given. Use: xianheng search "QUERY", or --queries FILE.jsonl.',
    queryAndFile: "Give either a query or --queries, not both.",
    queriesUnreadable: (file: string, cause: string) => `The file of queries ${file} cannot be read: ${cause}.`,
    queriesBadLine: (file: string, line: number) =>
      `Line ${line} of ${file} is no query: expected a JSON object {"id": "…", "text": "…"} with a non-empty text.`,
    queriesEmpty: (file: string) => `The file of queries ${file} holds no query.`,
    emptyPath: "A path is empty. Name a file or folder, or no path at all for the whole corpus.",
  },
  noAnswer: (reason: DeclineReason) => `No answer: ${declined[reason]} (${reason}).`,
  silence: (reason: DeclineReason) => `(silent: ${declined[reason]})`,
  failure: (_code: ErrorCode, message: string) => message,
  notes: {
    modelFailed: (details: string) => `a model failed: ${details}.`,
    sentenceDropped: (details: string) => `a sentence that its source does not support was left out: ${details}`,
    materialCut: (kept: string, found: string) =>
      `only ${kept} of ${found} passages fit the model's window; raise context_tokens if it holds more.`,
    rerankFailed: (details: string) => `the reranker failed, the passages keep their order: ${details}.`,
    judgeFailed: (details: string) =>
      `the model could not be asked whether the documents answer, so silence: ${details}.`,
    judgeUnreadable: (details: string) => `the model's judgement could not be read, so silence: ${details}.`,
    judgeLimit: "judge_per_hour is used up; the line was decided without asking the model.",
    rewriteFailed: (details: string) => `the model could not say what the line means in the conversation: ${details}.`,
    extractive: "the answer is made of the documents' own sentences.",
  },
  errorPrefix: "Error: ",
  warningPrefix: "Warning: ",
  refusedByDisk: (reason: string) =>
    `The file system refused (${reason}): check rights, free space and the path, or choose another folder with --work-dir.`,
  bug: (message: string) =>
    `Unexpected error: ${message}\nThis is a bug in Xianheng; please report it with these lines:`,
  interrupted: "Stopping … (Ctrl-C again ends at once)",
  page: (page: number) => ` (p. ${page})`,
  ingest: {
    indexing: "There is no index yet: reading the documents first.",
    progress: (files: string, chunks: string, perSecond: string, left: string | undefined, failed: number) =>
      `${files} files · ${chunks} chunks · ${perSecond} chunks/s` +
      (left === undefined ? "" : ` · ${left} left`) +
      (failed === 0 ? "" : ` · ${failed} not read`),
    seconds: (seconds: number) => `${seconds} s`,
    minutes: (minutes: number, seconds: number) => `${minutes} min ${seconds} s`,
    unread: (source: string, reason: string) => `Not read: ${source}: ${reason}`,
    summary: (counts: {
      added: number;
      updated: number;
      unchanged: number;
      removed: number;
      failed: number;
      chunks: number;
      seconds: string;
    }) =>
      `Documents: ${counts.added} added, ${counts.updated} updated, ${counts.unchanged} unchanged, ${counts.removed} removed, ` +
      `${counts.failed} not read. Chunks: ${counts.chunks}. ${counts.seconds} s.`,
    note: ({ code, message, details }: IndexNote): string => {
      const documents = `${details.length} ${details.length === 1 ? "document" : "documents"}`;
      const few = fewOf(details);
      if (code === "outside-removed")
        return `${documents} outside of the configured corpus left the index (${few}): a plain ingest keeps only what [corpus] paths names; add the folder there to keep it.`;
      if (code === "withdrawn")
        return `${documents} deleted over HTTP stayed out of the index (${few}): take the line off withdrawn.json in the work folder to have one back.`;
      return message;
    },
    waiting: (holder: string) => `Another process is reading the documents; waiting for it. ${holder}`,
    nothing: "No document was found: put files into the corpus folders, or name a path.",
  },
  search: {
    nothing: "Nothing was found.",
    query: (text: string) => `Query: ${text}`,
  },
  gate: {
    badLabel: (file: string, line: number, label: string) =>
      `Line ${line} of ${file} has the label "${label}": it must be positive or negative, then a tab and the text.`,
    noTab: (file: string, line: number) =>
      `Line ${line} of ${file} has no tab: expected "positive" or "negative", a tab and the text.`,
    noText: (file: string, line: number) => `Line ${line} of ${file} has a label but no text.`,
    noLabels: (file: string) =>
      `The label file ${file} holds no line: write "positive" or "negative", a tab and the text, one a line.`,
    oneLabel: (file: string, count: number, label: string, missing: string) =>
      `All ${count} lines of ${file} are labelled ${label}; label some lines ${missing} too.`,
    fewLabels: (file: string, count: number, least: number) =>
      `${file} has ${count} labelled lines; at least ${least} are needed.`,
    unreadable: (file: string, cause: string) => `The file ${file} cannot be read: ${cause}.`,
    isFolder: (file: string) => `${file} is a folder; a file is needed.`,
    lineTooLong: (line: number, mebibytes: number) =>
      `Line ${line} is longer than ${mebibytes} MiB: this is no text file of chat lines.`,
    notAShare: "it must be a share above 0, up to 0.5, such as 0.01.",
    emptyGroup: "it must not be empty.",
    skipped: (count: number) => `${count} blank ${count === 1 ? "line was" : "lines were"} passed over.`,
    readsTerminal: "Type chat lines; Ctrl-D ends.",
    progress: (done: number, of: number, secondsLeft: number | undefined) =>
      `${done}/${of} lines${secondsLeft === undefined ? "" : ` · ${secondsLeft} s left`}`,
    computing: (count: number) => `${count} lines looked up; computing …`,
    scoreColumns: { question: "question", answerable: "answerable", verdict: "verdict", line: "line" },
    speaks: "speaks",
    reasons: declined,
    scored: (lines: number, spoken: number) => `${lines} lines; ${spoken} would be answered.`,
    tunedOn: (positives: number, negatives: number) =>
      `Tuned on ${positives + negatives} labelled lines: ${positives} to answer, ${negatives} to leave alone.`,
    crossValidated: "On lines the fit had not seen (five-fold), with 95 % intervals",
    evaluated: "The present gate, with 95 % intervals",
    measuredOn: (positives: number, negatives: number) =>
      `${positives + negatives} labelled lines: ${positives} to answer, ${negatives} to leave alone.`,
    measures: { precision: "precision", recall: "recall", f1: "F1", auc: "AUC" },
    interval: (low: string, high: string) => `95 %: ${low} – ${high}`,
    priorMeasures: (f1: string, auc: string) => `The shipped prior on the same lines: F1 ${f1}, AUC ${auc}.`,
    noGain: "No better than the shipped prior on these lines yet: more labels help.",
    threshold: (value: string) => `Threshold: ${value}; a line at or above it is answered.`,
    best: (threshold: string, f1: string) =>
      `The best threshold for these very lines would be ${threshold} (F1 ${f1}): a bound, not a promise.`,
    counts: (of: { answered: number; positives: number; wronglyAnswered: number; negatives: number }) =>
      `Answered: ${of.answered} of ${of.positives} lines to answer, and ${of.wronglyAnswered} of ${of.negatives} to leave alone.`,
    against: (of: { f1: string; difference: string; low: string; high: string; better: number }) =>
      `The other gate: F1 ${of.f1}. This one differs by ${of.difference} [${of.low}, ${of.high}] and is better in ${of.better} % of the draws.`,
    isBetter: "This gate is better, beyond chance.",
    isWorse: "This gate is worse, beyond chance.",
    isNoDifferent: "The difference may be chance: label more lines to tell.",
    maxWrong: (of: { target: string; recall: string; wrong: number; bound: string }) =>
      `Asked for: at most ${of.target} of the lines to leave alone answered. Of those the fit had not seen ${of.wrong} were, which shows at most ${of.bound} with 95 % confidence; recall ${of.recall}.`,
    learningCurve: "How F1 grows with the number of labels",
    tooFewForCurve: "Too few lines to draw from.",
    unsure: "Least sure of: label lines like these next",
    wrong: "Judged wrongly",
    firstOf: (title: string, shown: number, count: number) => `${title} (the first ${shown} of ${count})`,
    countOf: (title: string, count: number) => `${title} (${count})`,
    none: "None.",
    moreLines: (count: number) => `… and ${count} more; eval --json lists all.`,
    atLine: (line: number) => `line ${line}`,
    shouldSpeak: "to answer",
    shouldBeSilent: "to leave alone",
    warning: (warning: string) => warning,
    flatters: (tuned: number, count: number) =>
      `${tuned} of these ${count} lines are among those the gate was tuned on, where it does better than in the group: measure on other lines.`,
    written: (path: string) => `Written: ${path}`,
    reportWritten: (path: string) => `Report: ${path}`,
    reportNotWritten: (path: string, cause: string) => `The report ${path} cannot be written: ${cause}.`,
    product: "Xianheng",
    pageTitle: "How well the gate decides when to speak",
    curve: "Precision over recall",
    presentMark: "present threshold",
    presentShort: "present",
    bestShort: "best F1",
    otherMark: "other gate",
    thisGate: "this gate",
    difference: "difference",
    compared: "Against the other gate",
    bestMark: "best threshold for these lines",
    thresholdColumn: "threshold",
    wrongColumns: { line: "line", answerable: "answerable", label: "label", text: "text" },
    madeAt: (time: string) => `Made ${time} UTC.`,
  },
  inspect: {
    type: "Type",
    pages: "Pages",
    headings: "Headings",
    chunks: "Chunks",
    warnings: "Warnings",
  },
  doctor: {
    allWell: "Everything is in order.",
    failed: (count: number) => `${count} ${count === 1 ? "check" : "checks"} failed.`,
    config: "configuration",
    configRemedy: "Correct the file, or write a new one with: xianheng init",
  },
  mcp: {
    serving: "Serving MCP on stdin and stdout until stdin ends.",
  },
  serve: {
    listening: (url: string) => `Listening on ${url}. Stop with Ctrl-C.`,
    stopping: "Stopping: what runs is finished first.",
  },
  models: {
    noGateway:
      "No [[llm]] is configured: answers are taken from the documents word for word. See a provider's models with --provider NAME.",
    fromDocument: "by its document:",
    nothing: "It lists no models.",
    tokens: (count: number) => `${count} tokens`,
    missing: (provider: string, name: string, nearest: string | undefined) =>
      `${provider} does not list the configured model "${name}"${nearest === undefined ? "" : ` (did you mean "${nearest}"?)`}.`,
  },
  chat: {
    welcome: "Ask about your documents. /help shows the commands, Ctrl-D ends.",
    prompt: "› ",
    help: "/sources  the sources of the last answer, with quotes\n/clear    forget the conversation\n/help     this help\n/exit     end (also Ctrl-D); Ctrl-C cancels a running answer",
    unknown: (command: string) => `There is no ${command}; /help shows the commands.`,
    cleared: "The conversation is forgotten.",
    noSources: "There is no answer yet.",
    cancelled: "(cancelled)",
    howToEnd: "(Ctrl-D or /exit ends)",
  },
  init: {
    title: "A configuration for Xianheng",
    noTerminal: "init asks questions and needs a terminal; write the defaults with: xianheng init --yes",
    exists: (file: string) => `${file} is there already; overwrite it with --force.`,
    overwrite: (file: string) => `${file} is there already. Overwrite it?`,
    language: "Language of answers",
    languageAuto: "that of the question",
    corpus: "Folder of your documents (relative to the configuration)",
    corpusCreate: (folder: string) => `${folder} does not exist. Create it?`,
    gateway: "Who words the answers?",
    gatewayNone: "nobody: sentences of the documents, no key needed",
    gatewayOpenai: "an OpenAI-compatible endpoint",
    gatewayAllesApin: "alles-apin",
    baseUrl: "Address of the gateway",
    model: "Model",
    keyVariable: "Name of the environment variable that holds the key (never the key itself)",
    badVariable: "Capital letters, digits and _ only, a letter first, such as OPENAI_API_KEY.",
    badUrl: "An address that begins with http:// or https://.",
    required: "A value is needed.",
    unasked: "In groups: answer questions that do not mention the bot?",
    perHour: "At most how many posts an hour in one group?",
    badNumber: "A whole number from 1 to 1000.",
    cancelled: "Nothing was written.",
    written: (file: string) => `Written: ${file}`,
    next: "Next: xianheng doctor, then xianheng ingest",
    header: "Configuration of Xianheng, in TOML. Every key with its default and meaning: config.ini.example.",
    sampleCorpus: "Without paths the sample documents of the package are used.",
    keyComment: "the name of an environment variable; the key itself never stands here",
  },
};

/** Every sentence the command line says itself; the English table is the pattern of the others. */
export type Messages = typeof en;
