/* What axe-core does not say about a page: read by tests/browser/inspection.py, one list of faults each. */
({
  seen: (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  },

  headings() {
    const faults = [];
    const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(this.seen).map((h) => [Number(h.tagName[1]), h.textContent.trim()]);
    const tops = levels.filter(([level]) => level === 1).length;
    if (tops !== 1) faults.push(`${tops} h1`);
    levels.reduce((before, [level, text]) => {
      if (level > before + 1) faults.push(`h${before} is followed by h${level}: ${text}`);
      return level;
    }, 0);
    return faults;
  },

  /* 2.5.8: 24 by 24 px; a link inside a sentence is excepted. */
  targets() {
    const inSentence = (element) => element.tagName === "A" && getComputedStyle(element).display.startsWith("inline")
      && !element.matches(".btn") && element.parentElement.textContent.trim() !== element.textContent.trim();
    return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
      .filter((element) => this.seen(element) && !element.matches(".skip") && !inSentence(element))
      .map((element) => [element, element.getBoundingClientRect()])
      .filter(([, box]) => box.width < 23.99 || box.height < 23.99)
      .map(([element, box]) => `${element.outerHTML.slice(0, 90)} is ${Math.round(box.width)} by ${Math.round(box.height)} px`);
  },

  inline() {
    const handlers = [...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on") || a.name === "style" || /^javascript:/i.test(a.value)));
    const blocks = [...document.querySelectorAll("style, script:not([src])")];
    return [...handlers, ...blocks].map((element) => element.outerHTML.slice(0, 120));
  },

  tables() {
    return [...document.querySelectorAll("main table")]
      .filter((t) => !t.caption || !t.querySelector("th[scope=col]"))
      .map((t) => `no caption or no column heads: ${t.outerHTML.slice(0, 90)}`);
  },

  states() {
    return [...document.querySelectorAll(".tag")]
      .filter((t) => !t.querySelector("svg") || !t.textContent.trim())
      .map((t) => `a state by colour alone: ${t.outerHTML.slice(0, 90)}`);
  },

  primaries() {
    const found = [...document.querySelectorAll("main .btn-primary")].filter(this.seen);
    return found.length > 1 ? [`${found.length} primary buttons: ${found.map((b) => b.textContent.trim()).join(", ")}`] : [];
  },

  width() {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`${scrollWidth} px wide in a window of ${clientWidth} px`] : [];
  },

  /* 1.4.12: with the spacing a reader may ask for, nothing gets wider than the window. */
  spacing() {
    const sheet = [...document.styleSheets].find((s) => s.href);
    const at = sheet.insertRule("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }", sheet.cssRules.length);
    const faults = this.width();
    sheet.deleteRule(at);
    return faults;
  },

  /* The element in focus: whether it is seen, whole, uncovered and ringed. */
  focus() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const name = `${element.tagName.toLowerCase()} "${(element.getAttribute("aria-label") || element.textContent || element.name || "").trim().slice(0, 40)}"`;
    const faults = [];
    if (!this.seen(element)) faults.push("not visible");
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) faults.push("outside the window");
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push("no ring");
    const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 12), 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 12), 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    if (top && !element.contains(top) && !top.contains(element)) faults.push(`covered by ${top.tagName}`);
    return { name, faults };
  },
})
