/**
 * A page that was opened before the server was upgraded.
 *
 * Its parts that are not loaded yet have names that the new server does not know. So the page is loaded anew where it
 * was about to go, unless that was tried a moment ago: then the part is missing for another reason, and the error shows.
 */
import type { Router } from "vue-router";

const TRIED = "cytomine.reloaded";
const PAUSE_MS = 10_000;

/** Loads pages anew when a part of them is gone; `go` leaves for an address. */
export function reloadAfterUpgrade(router: Pick<Router, "onError">, go = (address: string): void => window.location.assign(address)): void {
  let missing: unknown = null;
  window.addEventListener("vite:preloadError", (event) => {
    missing = event.payload;
  });
  router.onError((error, to) => {
    if (missing === null || error !== missing) return;
    missing = null;
    const tried = Number(sessionStorage.getItem(TRIED) ?? 0);
    if (Date.now() - tried < PAUSE_MS) return;
    sessionStorage.setItem(TRIED, String(Date.now()));
    go(to.fullPath);
  });
}
