/** A document as it is in the index. */
export interface DocumentEntry {
  id: string;
  /** Path relative to the configuration's folder. */
  source: string;
  title: string;
  mediaType: string;
  /** Number of passages. */
  chunks: number;
  bytes: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
  pages?: number;
  warnings: string[];
  /** Whether it came by upload; a file of the owner's own is never removed from their disk. */
  uploaded: boolean;
}

/** One passage of a document, in reading order. */
export interface DocumentPassage {
  id: string;
  headings: string[];
  page?: number;
  text: string;
}

export interface DocumentList {
  documents: DocumentEntry[];
  failed: { path: string; code: string; reason: string }[];
}

export type WholeDocument = DocumentEntry & { passages: DocumentPassage[] };

/** A file that may be handed out. */
export interface StoredFile {
  /** Absolute. */
  path: string;
  /** Name without folders. */
  name: string;
  mediaType: string;
}

/** A file that has been received whole. */
export interface ReceivedFile {
  /** Checked, without folders. */
  name: string;
  /** Absolute; in a folder of its own, which the receiver removes. */
  path: string;
}

export type AddedDocument = Pick<DocumentEntry, "id" | "source" | "title" | "mediaType" | "chunks" | "warnings">;

/** How the latest re-index of this process goes, or went. */
export interface ReindexState {
  state: "idle" | "running" | "done" | "failed";
  /** Milliseconds since 1970. */
  startedAt?: number;
  endedAt?: number;
  progress?: {
    filesDone: number;
    filesFound: number;
    chunksDone: number;
    chunksQueued: number;
    currentFile?: string;
    failed: number;
  };
  report?: {
    added: number;
    updated: number;
    unchanged: number;
    removed: number;
    failed: number;
    chunks: number;
    seconds: number;
  };
  /** Why it failed. */
  reason?: string;
}

/** What the routes for documents need of the service. */
export interface DocumentFunctions {
  /** @throws AppError `index_missing`, `index_damaged` */
  list(): Promise<DocumentList>;
  /** Undefined where no document has that id. @throws AppError `index_*` */
  document(id: string): Promise<WholeDocument | undefined>;
  file(id: string): Promise<StoredFile | undefined>;
  /** Whether files of such a name are never read, like hidden ones. */
  isIgnoredName(name: string): boolean;
  /** Makes a new folder for one upload. @throws a system error where it cannot be made */
  openIncoming(): Promise<string>;
  /**
   * Reads a file and, when it has text, puts it in the place of an older one of its name; it is answered from when this returns.
   * After a fault the older one is. The file is taken away.
   * @throws AppError `document_*`, `usage`, `index_locked`, `disk_full`
   */
  add(file: ReceivedFile): Promise<AddedDocument>;
  /** Takes a document out of the index, for good; false where no document has that id. @throws AppError `index_*`, `disk_full` */
  remove(id: string): Promise<boolean>;
  /** Begins to bring the whole index up to date, unless that goes on already. */
  reindex(): ReindexState;
  reindexState(): ReindexState;
  /** Tells how it goes until it has ended, several times a second at most; gives what ends the telling. */
  watchReindex(listener: (state: ReindexState) => void): () => void;
  /** Undefined where whoever asks is not answered from that source. @throws AppError `index_*` */
  source(source: string, options: { group?: string }): Promise<WholeDocument | undefined>;
  sourceFile(source: string, options: { group?: string }): Promise<StoredFile | undefined>;
}
