import { useEffect, useRef } from "preact/hooks";
import { texts } from "../state/locale.ts";

export interface ConfirmProps {
  title: string;
  detail: string;
  /** What the button that does it says. */
  action: string;
  isRunning?: boolean;
  /** Why it did not work; empty as long as nothing failed. */
  fault?: string;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, detail, action, isRunning = false, fault = "", onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog confirm" aria-label={title} onClose={onCancel}>
      <div class="dialog-body stack">
        <h2>{title}</h2>
        <p class="soft">{detail}</p>
        {fault !== "" && (
          <p class="notice bad" role="alert">
            {fault}
          </p>
        )}
      </div>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {texts.value.cancel}
        </button>
        <button type="button" class="button danger" disabled={isRunning} onClick={onConfirm}>
          {isRunning && <span class="spinner" />}
          {action}
        </button>
      </div>
    </dialog>
  );
}
