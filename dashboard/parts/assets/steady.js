// A refresh changes of a block of HTML what differs, and leaves the rest standing: what has the focus, is marked or unfolded stays so.
// By itself the library writes the whole block anew.
(() => {
  const view = Bokeh.Models["panel.models.markup.HTML"].prototype.default_view.prototype;
  const anew = view.set_html;
  const alike = (had, wanted) => had.nodeName === wanted.nodeName
    && (had.nodeType !== Node.ELEMENT_NODE || (had.className === wanted.className && had.id === wanted.id));

  function become(had, wanted) {
    let next = had.firstChild;
    for (const one of [...wanted.childNodes]) {
      let found = next;
      while (found && !alike(found, one)) { found = found.nextSibling; }
      if (!found) {
        had.insertBefore(one, next);
        continue;
      }
      while (next !== found) {
        const gone = next;
        next = next.nextSibling;
        gone.remove();
      }
      next = found.nextSibling;
      if (found.nodeType !== Node.ELEMENT_NODE) {
        if (found.data !== one.data) { found.data = one.data; }
        continue;
      }
      for (const {name, value} of one.attributes) { if (found.getAttribute(name) !== value) { found.setAttribute(name, value); } }
      for (const {name} of [...found.attributes]) { if (name !== "open" && !one.hasAttribute(name)) { found.removeAttribute(name); } }
      become(found, one);
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  }

  view.set_html = function (html) {
    if (html === null || !this.container?.firstChild) { return anew.call(this, html); }
    const wanted = document.createElement("div");
    wanted.innerHTML = html;
    become(this.container, wanted);
  };
})();
