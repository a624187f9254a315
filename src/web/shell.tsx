import { Suspense } from "preact/compat";
import { useEffect, useRef } from "preact/hooks";
import brand from "./brand.svg";
import { request } from "./api/request.ts";
import { AskPage } from "./pages/ask/ask-page.tsx";
import { accessKey } from "./state/access-key.ts";
import { isConnected } from "./state/connection.ts";
import { switchLocale, texts } from "./state/locale.ts";
import { hrefOf, PAGES, route } from "./state/route.ts";
import { switchTheme, theme } from "./state/theme.ts";
import { Icon } from "./ui/icon.tsx";
import { lazyPage } from "./ui/lazy-page.tsx";
import { Skeleton } from "./ui/states.tsx";

/** Pages for whoever runs the service are loaded when they are opened. */
const DocumentsPage = lazyPage(async () => (await import("./pages/documents/documents-page.tsx")).DocumentsPage);
const LedgerPage = lazyPage(async () => (await import("./pages/ledger/ledger-page.tsx")).LedgerPage);
const GatePage = lazyPage(async () => (await import("./pages/gate/gate-page.tsx")).GatePage);
const GroupsPage = lazyPage(async () => (await import("./pages/groups/groups-page.tsx")).GroupsPage);
const HealthPage = lazyPage(async () => (await import("./pages/health/health-page.tsx")).HealthPage);

/** Navigation, preferences and the page that the address names. */
export function Shell() {
  const words = texts.value;
  const { page } = route.value;
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${words.pages[page]} · ${words.name}`;
  }, [page, words]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {words.skip}
      </a>
      <div class="side">
        <div class="brand">
          <img src={brand} alt="" />
          <span>
            {words.name}
            <small>{words.tagline}</small>
          </span>
        </div>
        <nav class="nav" aria-label={words.navigation}>
          {PAGES.map((name) => (
            <a key={name} href={hrefOf(name)} aria-current={name === page ? "page" : undefined}>
              <Icon name={name} />
              {words.pages[name]}
            </a>
          ))}
        </nav>
        <Preferences />
      </div>
      <main class="main" id="main" ref={main} tabIndex={-1}>
        {!isConnected.value && <ConnectionLost />}
        <div hidden={page !== "ask"}>
          <AskPage />
        </div>
        <Suspense fallback={<Skeleton lines={6} />}>
          {page === "documents" && <DocumentsPage />}
          {page === "ledger" && <LedgerPage />}
          {page === "gate" && <GatePage />}
          {page === "groups" && <GroupsPage />}
          {page === "health" && <HealthPage />}
        </Suspense>
      </main>
    </div>
  );
}

function Preferences() {
  const words = texts.value;
  const isDark = theme.value === "dark";
  return (
    <div class="preferences">
      <button
        type="button"
        class="button plain icon-only"
        onClick={switchLocale}
        aria-label={words.otherLanguage}
        title={words.otherLanguage}
      >
        <Icon name="language" />
      </button>
      <button
        type="button"
        class="button plain icon-only"
        onClick={switchTheme}
        aria-label={isDark ? words.toLight : words.toDark}
        title={isDark ? words.toLight : words.toDark}
      >
        <Icon name={isDark ? "sun" : "moon"} />
      </button>
      {accessKey.value !== "" && (
        <button
          type="button"
          class="button plain icon-only"
          onClick={() => {
            accessKey.value = "";
            location.reload();
          }}
          aria-label={words.signOut}
          title={words.signOut}
        >
          <Icon name="key" />
        </button>
      )}
    </div>
  );
}

function ConnectionLost() {
  return (
    <div class="connection" role="alert">
      {texts.value.connectionLost}
      <button
        type="button"
        class="button small"
        onClick={() => {
          // Whether it answers is known from the request itself.
          request("/healthz").catch(() => undefined);
        }}
      >
        {texts.value.tryAgain}
      </button>
    </div>
  );
}
