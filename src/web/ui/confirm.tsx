import { useEffect, useRef } from "preact/hooks";
import { texts } from "../state/locale.ts";

export interface ConfirmProps {
  title: string;
  detail: string;
  /** What the button that does it says. */
  action: string;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, detail, action, onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog confirm" aria-label={title} onClose={onCancel}>
      <div class="dialog-body stack">
        <h2>{title}</h2>
        <p class="soft">{detail}</p>
      </div>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {texts.value.cancel}
        </button>
        <button type="button" class="button danger" onClick={onConfirm}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
