/* What a page does beyond its forms: focus after an answer, an open tab that loses its access, keys for those who switched
   them on. Everything works without this file. Never here: markup from strings, storage in the browser, other hosts. */
"use strict";

const first = (selector, root = document) => root.querySelector(selector);

/* After a POST the focus stands on the result: the error summary, else the flash. */
function focusOnAnswer() {
  const answer = first(".summary[data-focus]") || first("[data-focus]");
  if (answer) answer.focus();
}

/* An element with data-recheck-url asks whether access still stands: 204 is yes. Anything else empties it and reloads. */
function watchAccess(element) {
  const seconds = Math.max(Number(element.dataset.recheckSeconds) || 30, 5);
  let ended = false;
  async function ask() {
    if (ended) return;
    const answer = await fetch(element.dataset.recheckUrl, { credentials: "same-origin", cache: "no-store", redirect: "manual" })
      .catch(() => null);
    if (answer === null || answer.status === 204) return;
    ended = true;
    element.replaceChildren();
    location.reload();
  }
  setInterval(ask, seconds * 1000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
}

/* A page taken back from the browser's memory may show what has ended since: fetch it anew. */
addEventListener("pageshow", (event) => event.persisted && location.reload());

/* A table wider than its card can be scrolled by keys, and has a name. */
function nameScrollers() {
  for (const box of document.querySelectorAll(".scroll")) {
    const wide = box.scrollWidth > box.clientWidth + 1;
    const caption = first("caption", box);
    if (!wide) { for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name); continue; }
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    if (caption) box.setAttribute("aria-label", caption.textContent.trim());
  }
}

const writing = (target) => target.closest("input, select, textarea, [contenteditable]");
const place = (ending) => [...document.querySelectorAll(".nav a")].find((link) => link.pathname.endsWith(ending));

function go(key) {
  const link = { h: first(".brand"), t: place("/tickets/"), r: place("/subject-requests/") || place("/contact-requests/") }[key];
  if (link) link.click();
}

function press(key) {
  if (key === "/") first("[role=search] input:not([type=hidden])")?.focus();
  if (key === "t") document.activeElement.closest("tr")?.querySelector("form button")?.click();
  if (key === "?") { const list = first("#shortcuts"); if (list) { list.open = true; first("summary", list).focus(); } }
}

function listenForKeys() {
  let led = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    const after = Date.now() - led < 1000;
    led = event.key === "g" ? Date.now() : 0;
    if (after) go(event.key);
    else if ("/t?".includes(event.key)) { event.preventDefault(); press(event.key); }
  });
}

/* Esc leaves a reason form for where it came from, unless something was typed. */
document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest("form[data-back]");
  if (form && ![...form.querySelectorAll("textarea")].some((text) => text.value !== text.defaultValue)) location.assign(form.dataset.back);
});

focusOnAnswer();
document.querySelectorAll("[data-recheck-url]").forEach(watchAccess);
nameScrollers();
addEventListener("resize", nameScrollers);
first(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
if (document.documentElement.dataset.shortcuts === "on") listenForKeys();
