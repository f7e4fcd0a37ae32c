// A page seen as a whole, through every shadow root. An expression: its value has the functions that `looked_at.py` calls.
(() => {
  const parent = one => one.assignedSlot || one.parentElement || (one.getRootNode().host ?? null);
  const within = root => [...root.querySelectorAll("*")].flatMap(one => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
  const all = () => within(document.body);
  const called = one => `${one.tagName.toLowerCase()}.${String(one.className.baseVal ?? one.className).trim().split(/\s+/).join(".")}`
    + ` "${one.textContent.trim().slice(0, 40)}"`;
  const seen = one => one.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const above = function* (one) { for (let up = parent(one); up; up = parent(up)) { yield up; } };
  const styles = new Map();
  const style = one => styles.get(one) ?? (styles.set(one, getComputedStyle(one)), styles.get(one));
  const active = () => {
    let one = document.activeElement;
    while (one.shadowRoot?.activeElement) { one = one.shadowRoot.activeElement; }
    return one;
  };

  // What may be wider than its place: it can be scrolled to, also by keyboard.
  const rolls = one => one.matches(".wide, .tabulator-tableholder, .numbers div, .letter pre, #nav, textarea")
    || (one.matches(".tabulator-header-contents") && style(one).overflowX === "hidden"); // it goes along with the rows below it
  const ellipsis = one => style(one).overflowX === "hidden" && style(one).textOverflow === "ellipsis";
  const isCard = one => parseFloat(style(one).borderTopLeftRadius) >= 8 && parseFloat(style(one).borderTopWidth) > 0
    && one.clientWidth > 120;
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

  // The card that `one` must stay in; null where there is none, undefined where it is free to go.
  function cardOf(one) {
    for (const up of above(one)) {
      if (rolls(up) || up.matches(".bk-Figure") || ellipsis(up) || style(up).position === "fixed" || style(up).clipPath !== "none") { return undefined; }
      if (isCard(up)) { return up; }
    }
    return null;
  }

  function outside() {
    const told = new Set();
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) { told.add(`the page is ${document.documentElement.scrollWidth} wide`); }
    const cards = [];
    for (const one of all()) {
      if (one.closest("svg, .unseen, script, style, .bk-Canvas, #wait") || !seen(one)) { continue; }
      const box = one.getBoundingClientRect();
      if (!box.width || !box.height || style(one).clipPath !== "none") { continue; }
      const cuts = style(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1 && !rolls(one);
      const own = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
      if (cuts && ["auto", "scroll"].includes(style(one).overflowX)) { told.add(`${called(one)} scrolls sideways`); }
      else if (cuts && own && !ellipsis(one)) { told.add(`${called(one)} is cut`); }
      const spills = own && style(one).overflowX === "visible" && style(one).display !== "inline" && one.scrollWidth > one.clientWidth + 1;
      const card = cardOf(one);
      if (spills && card !== undefined) { told.add(`${called(one)} is wider than its place`); }
      if (card === undefined) { continue; }
      if (box.right > width + 1 || box.left < -1) { told.add(`${called(one)} leaves the window: ${box.left} to ${box.right}`); }
      if (card) {
        const room = card.getBoundingClientRect();
        if (box.right > room.right + 1 || box.left < room.left - 1) { told.add(`${called(one)} leaves ${called(card)}`); }
        if (style(one).position !== "absolute" && box.bottom > room.bottom + 1) { told.add(`${called(one)} is below ${called(card)}`); }
      } else if (isCard(one) && !["fixed", "absolute", "sticky"].includes(style(one).position)) { cards.push([one, box]); }
    }
    for (const [n, [one, a]] of cards.entries()) {
      for (const [two, b] of cards.slice(n + 1)) { if (overlap(a, b)) { told.add(`${called(one)} lies over ${called(two)}`); } }
    }
    return [...told].slice(0, 12);
  }

  // Numbers that differ where anything was added, taken away or has another height; after the time of five pictures.
  async function fingerprint() {
    for (let n = 0; n < 5; n++) { await new Promise(requestAnimationFrame); }
    const found = all();
    return [found.length, document.documentElement.scrollHeight, found.reduce((sum, one) => sum + one.clientHeight, 0)];
  }

  // Until nothing moves or changes its colour any more.
  async function still() {
    const roots = [document, ...all().map(one => one.shadowRoot).filter(Boolean)];
    const moving = roots.flatMap(root => root.getAnimations()).filter(one => one.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(moving.map(one => one.finished));
  }

  function unfold() {
    for (const one of all().filter(one => one.tagName === "DETAILS" && one.id !== "who").slice(0, 3)) { one.open = true; }
  }

  // Keyboard: `wanted` has every control, and loses those that had the focus.
  function controls() {
    const shut = one => [one, ...above(one)].some(up => up.inert || up.getAttribute?.("aria-hidden") === "true");
    const asked = "a[href], button, input, select, textarea, summary, [tabindex]";
    window.wanted = new Set(all().filter(one => one.matches(asked) && one.tabIndex >= 0 && !one.disabled && seen(one) && !shut(one)
      && (one.type !== "radio" || one.checked)));
    return window.wanted.size;
  }
  // After each Tab: what has the focus without a mark of it, once for each control.
  function arrived() {
    const one = active();
    const ringed = (style(one).outlineStyle !== "none" && parseFloat(style(one).outlineWidth) >= 1) || style(one).boxShadow !== "none";
    if (window.wanted.delete(one) && !ringed && !one.closest(".Mui-focused, .Mui-focusVisible")) { window.bare.push(called(one)); }
  }
  function listen() {
    window.bare = [];
    document.addEventListener("keyup", window.heard = event => { if (event.key === "Tab") { arrived(); } }, true);
  }
  const left = () => window.wanted.size;
  function heard() {
    document.removeEventListener("keyup", window.heard, true);
    return window.bare;
  }
  const missed = () => [...window.wanted].filter(one => one.isConnected).map(called);

  // Whether there is anything to search in, and whether that has the focus.
  const searched = () => {
    const one = "input[type=search], [data-search] input, input[placeholder]";
    return [all().some(each => each.matches(one) && seen(each)), active().matches(one)];
  };

  // What a refresh must leave alone.
  const heading = () => all().find(one => one.tagName === "H1" && seen(one) && one.textContent.trim());
  const scroller = () => all().find(one => ["auto", "scroll"].includes(style(one).overflowY) && one.scrollHeight > one.clientHeight + 400
    && one.contains(heading().getRootNode().host ?? heading()) || one === document.scrollingElement) ?? document.scrollingElement;
  const scroll = () => { scroller().scrollTop = 240; };
  function mark() {
    const text = heading().firstChild;
    getSelection().setBaseAndExtent(text, 0, text, text.length);
  }
  function focus() {
    all().find(one => one.matches(".kpi a, .block a, .listed a, .findings a, .halves a, summary") && seen(one))?.focus({preventScroll: true});
  }
  function state() {
    const here = all().filter(seen), one = active();
    const sorted = one => ["ascending", "descending"].includes(one.getAttribute("aria-sort"));
    return {
      scroll: Math.round(scroller().scrollTop),
      focus: `${one.tagName}.${one.className} ${one.getAttribute("href") ?? ""} ${one.selectionStart ?? ""}`,
      marked: (heading().getRootNode().getSelection?.() ?? getSelection()).toString(),
      unfolded: here.filter(one => one.tagName === "DETAILS" && one.open).length,
      order: here.filter(sorted).map(one => one.getAttribute("tabulator-field")),
      page: here.filter(one => one.matches(".tabulator-page.active")).map(one => one.textContent),
      chosen: here.filter(one => one.checked && one.type === "checkbox").length,
      fields: here.filter(one => one.matches("input:not([type=checkbox], [type=radio]), textarea")).map(one => one.value),
      dialogs: here.filter(one => one.matches("[role=dialog]")).length,
    };
  }
  function text() {
    return all().filter(one => seen(one) && ![one, ...above(one)].some(up => up.matches(".stamp, #nav, #old, #lost")))
      .flatMap(one => [...one.childNodes]).filter(one => one.nodeType === 3).map(one => one.data.trim()).filter(Boolean).join(" ");
  }
  const green = () => Boolean(all().find(one => one.matches(".stamp.fresh"))) && !document.documentElement.dataset.aged;

  return {outside, fingerprint, still, unfold, controls, listen, left, heard, missed, searched, scroll, mark, focus, state, text, green};
})()
