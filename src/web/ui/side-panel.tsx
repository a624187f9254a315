import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { texts } from "../state/locale.ts";
import { Icon } from "./icon.tsx";

export interface SidePanelProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog at the side, a sheet on a phone: Escape or a click beside it closes it, and the focus goes back. */
export function SidePanel({ title, onClose, children }: SidePanelProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <header class="dialog-head">
        <h2>{title}</h2>
        <button
          type="button"
          class="button plain icon-only"
          aria-label={texts.value.close}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
