// Tabulator calls itself a grid, yet keeps its page buttons and a focusable box inside, which a grid may not own: a screen reader
// then loses the rows. The buttons go below the grid; the box need not be focusable, its cells are. Loaded before Bokeh draws.
(() => {
  const mend = (root) => {
    for (const grid of root.querySelectorAll(".tabulator[role=grid]")) {
      grid.querySelector(".tabulator-tableholder[tabindex]")?.removeAttribute("tabindex");
      const footer = grid.querySelector(":scope > .tabulator-footer");
      if (footer) { grid.after(footer); }
    }
  };
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) {
    const root = attach.call(this, how);
    const rows = new MutationObserver(() => mend(root));
    new MutationObserver((_changes, first) => {
      if (root.querySelector(".pnx-tabulator")) {
        first.disconnect();
        rows.observe(root, {childList: true, subtree: true});
        mend(root);
      }
    }).observe(root, {childList: true});
    return root;
  };
})();
