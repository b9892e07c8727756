/* The reader's view in this window. The address is the only truth: an act of the reader is one
   entry of the history, the parts follow at once, and Python is told (`sync`) so that a page it
   draws later starts from the same view. */
import { LIMITS } from "./fields.js";
import { apply, described, read, write } from "./view.js";

function start() {
  const followers = new Map();
  let held = ""; // the last query: a link of the navigation drops it from the address
  const bus = {
    view: described(read("")), notice: "", sync: () => {},

    /* Look at the address again. Whether the view changed, and everybody was told. */
    look() {
      if (location.search) held = location.search;
      else if (held && location.pathname !== bus.path) history.replaceState(history.state, "", location.pathname + held);
      else held = "";
      bus.path = location.pathname;
      const view = described(read(held));
      if (view.query === bus.view.query) return false;
      bus.view = view;
      bus.notice = "";
      tell();
      return true;
    },

    /* Apply one intent of the reader. */
    go(intent) {
      const query = write(apply(bus.view, intent));
      if (query === bus.view.query) return;
      if (query.length > LIMITS.address) {
        bus.notice = "ui.address_too_long"; // said by the sentence above the map
        tell();
        return;
      }
      history.pushState({}, "", location.pathname + (query && `?${query}`));
      if (!query) held = "";
      bus.look();
      bus.sync(query);
    },

    /* The camera moved: the address follows, nothing else has to. */
    camera(lon, lat, zoom) {
      bus.view = described({ ...bus.view, at: [lon, lat, zoom] });
      held = `?${bus.view.query}`;
      history.replaceState(history.state, "", location.pathname + held);
    },

    /* Put an address that Python could not read whole back in order. */
    repair(query) {
      held = query && `?${query}`;
      history.replaceState(history.state, "", location.pathname + held);
      bus.look();
    },

    /* Call `act` at each change of the view, as long as `alive` says so. */
    follow(key, act, alive) { followers.set(key, { act, alive }); },
  };

  function tell() {
    for (const [key, { act, alive }] of followers) {
      if (alive()) act(); else followers.delete(key);
    }
  }

  bus.path = location.pathname;
  bus.look();
  // Back and Forward within a page are ours too: Streamlit would run the script, and remember
  // an address that it then sends again after the reader has gone on.
  addEventListener("popstate", (event) => {
    if (!location.search) held = "";
    if (location.pathname !== bus.path || location.hash) return;
    event.stopImmediatePropagation();
    if (bus.look()) bus.sync(bus.view.query);
  }, true);
  return bus;
}

export const bus = (window.kharita ||= start());
window.dispatchEvent(new Event("kharita"));
