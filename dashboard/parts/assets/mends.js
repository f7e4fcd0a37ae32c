// What the libraries get wrong in the browser, mended after they are loaded and before Bokeh draws. Each changes a private part of the
// pinned versions; `tests/integration/test_mends.py` fails where one of them no longer finds what it changes.
(() => {
  const view = name => Bokeh.Models[name].prototype.default_view.prototype;

  // A table or a block of HTML that is told of something before it is built throws, and the rest of that message is lost: blocks and
  // charts that never come. It reads all of that when it is built; a table that is being built is told of it afterwards.
  const deaf_until = (name, built) => {
    const tell = (part, then) => part && part.initialized === false ? part.on("tableBuilt", then) : part ? then() : undefined;
    const of = view(name), connect = of.connect_signals, redraw = of.style_redraw;
    of.connect_signals = function () {
      const on = this.on_change;
      this.on_change = (which, then) => on.call(this, which, (...told) => tell(this[built], () => then.apply(this, told)));
      connect.call(this);
      delete this.on_change;
    };
    of.style_redraw = function () { tell(this[built], () => redraw.call(this)); };
  };
  deaf_until("panel.models.tabulator.DataTabulator", "tabulator");
  deaf_until("panel.models.markup.HTML", "container");

  // A row that is selected is told by its key: its number would be read in the rows that the server has by then, which may be newer.
  const table = Bokeh.Models["panel.models.tabulator.DataTabulator"].prototype, tell = table.trigger_event;
  table.trigger_event = function (event) {
    if (event.event_name === "selection-change") { event.indices = event.indices.map(row => this.source.data.index[row]); }
    tell.call(this, event);
  };

  // And so is a bar that is clicked: by its label and its series.
  const source = Bokeh.Models.ColumnDataSource.prototype, connect_source = source.connect_signals;
  source.connect_signals = function () {
    connect_source.call(this);
    this.connect(this.selected.properties.indices.change, () => {
      const [row] = this.selected.indices, {full, series} = this.data;
      if (row !== undefined && full) { this.tags = [full[row], series ? series[row] : ""]; }
    });
  };

  // What the server tells a widget twice in a moment, as "busy" and "free again", must end as the second: the library writes each value
  // that was drawn back to the model some milliseconds later, also one that has been overtaken. Only what was done here is written back.
  const widget = Bokeh.Models["panel.models.esm.ReactComponent"].prototype, code_of = widget._render_code;
  const mended = [
    ["const [value, setValue] = React.useState(targetModel.attributes[resolvedProp])", `$&
          const mine = React.useRef(false)
          const set = React.useCallback((next) => { mine.current = true; setValue(next) }, [])`],
    ["setValue(targetModel.attributes[resolvedProp])", "mine.current = false; $&"],
    ["targetModel.setv({ [resolvedProp]: value })", "if (mine.current) { mine.current = false; $& }"],
    ["return [value, setValue]", "return [value, set]"],
    // and what it is told after it was drawn and before it listens, a wink on a busy machine, is drawn too: a button had no words
    ["react_proxy.on(prop, cb, true)", `$&
            if (!target.model.events.includes(resolvedProp) && value !== targetModel.attributes[resolvedProp]) { cb() }`],
  ];
  widget._render_code = function () {
    let code = code_of.call(this);
    for (const [from, to] of mended) {
      if (!code.includes(from)) { throw new Error(`the library no longer has: ${from}`); }
      code = code.replace(from, to);
    }
    return code;
  };
})();
