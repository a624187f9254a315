import { texts } from "../../state/locale.ts";
import { PageHead } from "../../ui/page-head.tsx";

export function GroupsPage() {
  return (
    <div class="page">
      <PageHead title={texts.value.pages.groups} lead="" />
    </div>
  );
}
