import { useState } from "preact/hooks";
import { deleteDocument, type DocumentEntry } from "../../api/documents.ts";
import { ApiFault } from "../../api/request.ts";
import { texts } from "../../state/locale.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { faultText } from "../../ui/fault-text.ts";
import { nameOf } from "./list-view.ts";
import { documentsWords } from "./words.ts";

export interface RemovalProps {
  document: DocumentEntry;
  onDone: (document: DocumentEntry) => void;
  onCancel: () => void;
}

/** Asks, and then deletes a document. */
export function Removal({ document, onDone, onCancel }: RemovalProps) {
  const words = documentsWords.value;
  const [isRunning, setRunning] = useState(false);
  const [fault, setFault] = useState("");

  async function remove(): Promise<void> {
    setRunning(true);
    try {
      await deleteDocument(document.id);
      onDone(document);
    } catch (error) {
      // Another one was faster.
      if (error instanceof ApiFault && error.status === 404) onDone(document);
      else setFault(faultText(error, texts.value));
    } finally {
      setRunning(false);
    }
  }

  return (
    <Confirm
      title={words.removeTitle(nameOf(document))}
      detail={document.uploaded ? words.removeUploaded : words.removeCorpus}
      action={isRunning ? words.removing : words.remove}
      isRunning={isRunning}
      fault={fault}
      onConfirm={() => void remove()}
      onCancel={onCancel}
    />
  );
}
