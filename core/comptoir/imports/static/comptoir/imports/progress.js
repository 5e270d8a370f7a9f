// Follows an import that is at work: fetches the page again and puts its part in place, until the work has ended.
(() => {
  const PAUSE_MS = 1500;
  const follow = async () => {
    const part = document.querySelector("[data-import-run]");
    if (!part || !part.hasAttribute("data-at-work")) return;
    try {
      const answer = await fetch(window.location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-import-run]");
      if (fresh) part.replaceWith(document.importNode(fresh, true));
    } catch (error) {
      // The network may come back: the next round tries again.
    }
    setTimeout(follow, PAUSE_MS);
  };
  setTimeout(follow, PAUSE_MS);
})();
