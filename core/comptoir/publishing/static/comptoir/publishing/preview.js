// Frames grow to what they hold, and the chosen moment outlives Wagtail's reloads of its live preview.
// Without this script the frames scroll, and the moment is chosen again after each change.
(() => {
  const fit = (frame) => {
    const page = frame.contentDocument;
    if (!page || !page.body) return;
    const channel = frame.closest(".channel");
    const isShrunk = document.querySelector('input[name="width"][value="fit"]:checked') && window.innerWidth > 768;
    const scale = isShrunk ? Math.min(1, channel.clientWidth / channel.dataset.width) : 1;
    frame.style.width = scale < 1 ? `${channel.dataset.width}px` : "";
    frame.style.zoom = scale;
    frame.style.height = "0";
    const height = Math.max(page.documentElement.scrollHeight, page.body.scrollHeight, 120);
    frame.style.height = `${Math.min(height, 4000)}px`;
  };
  const frames = document.querySelectorAll("iframe");
  frames.forEach((frame) => {
    frame.addEventListener("load", () => fit(frame));
    if (frame.contentDocument && frame.contentDocument.readyState === "complete") fit(frame);
  });
  const fitAll = () => frames.forEach(fit);
  window.addEventListener("resize", fitAll);
  document.querySelectorAll("details").forEach((one) => one.addEventListener("toggle", fitAll));
  document.querySelectorAll('input[name="width"]').forEach((one) => one.addEventListener("change", fitAll));

  const form = document.querySelector("form[data-moment-key]");
  if (!document.body.classList.contains("in-editor") || !form) return;
  form.addEventListener("submit", (event) => {
    const isNow = event.submitter && event.submitter.hasAttribute("data-now");
    const moment = isNow ? "" : form.querySelector("#moment").value;
    if (isNow) form.querySelector("#moment").value = "";
    const kept = moment ? `${encodeURIComponent(`${form.dataset.momentKey}|${moment}`)}; max-age=3600` : "; max-age=0";
    document.cookie = `comptoir-preview-at=${kept}; path=/; samesite=lax`;
  });
})();
