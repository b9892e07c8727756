/* The reader's view in this window. The address is the only truth: an act of the reader is one
   entry of the history, and the parts follow at once. Python is told (`sync`) where it draws
   something that depends on it: on a live page that is the language alone. */

import { apply, described, read, write } from "./address.js";
import { LIMITS } from "./fields.js";

const LINKS =
  "a[data-testid=stTopNavLink], a[data-testid=stSidebarNavLink], a[data-testid=stPageLink-NavLink]";

function start() {
  const followers = new Map();
  const bus = {
    view: described(read("")),
    notice: "",
    live: false,
    jump: 0,
    sync: () => {},

    /* Look at the address again. Whether the view changed, and everybody was told. */
    look() {
      const before = bus.view;
      bus.path = location.pathname;
      bus.view = described(read(location.search));
      if (bus.view.query === before.query) return false;
      bus.notice = "";
      tell();
      if (!bus.live || bus.view.lang !== before.lang) bus.sync(bus.view.query);
      return true;
    },

    /* Whether the address could hold the view after an intent. */
    fits: (intent) => write(apply(bus.view, intent)).length <= LIMITS.address,

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
      bus.look();
    },

    /* Show another whole view, its camera too: a scene of a meeting. */
    open(query) {
      history.replaceState({}, "", location.pathname + (query && `?${query}`));
      bus.jump += 1;
      if (!bus.look()) tell();
    },

    /* Go to another page as Back and Forward do: Streamlit's own links would drop the query. */
    visit(pathname, query) {
      if (pathname === location.pathname) return;
      history.pushState({}, "", pathname + (query && `?${query}`));
      dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    },

    /* Correct the address without an entry: the camera moved, or a value was unknown. */
    correct(query) {
      history.replaceState(history.state, "", location.pathname + (query && `?${query}`));
    },
    camera(lon, lat, zoom) {
      // A map that is being left still settles: the address it would write is another page's.
      if (location.pathname !== bus.path || !document.querySelector(".st-key-kh-map")) return;
      bus.view = described({ ...bus.view, at: [lon, lat, zoom] });
      bus.correct(bus.view.query);
    },

    /* Call `act` at each change of the view, as long as `alive` says so; `first` before the others.
     */
    follow(key, act, alive, first = false) {
      const others = first ? [...followers].filter(([k]) => k !== key) : [];
      if (first) followers.clear();
      followers.set(key, { act, alive });
      for (const [k, follower] of others) followers.set(k, follower);
    },
  };

  function tell() {
    for (const [key, { act, alive }] of followers) {
      if (alive()) act();
      else followers.delete(key);
    }
  }

  bus.look();
  // Back and Forward within a page are ours: Streamlit would run the script, and remember an
  // address that it then sends again after the reader has gone on.
  addEventListener(
    "popstate",
    (event) => {
      if (location.pathname !== bus.path || location.hash) return;
      event.stopImmediatePropagation();
      bus.look();
    },
    true,
  );
  // The links of Streamlit's navigation keep the query too.
  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.(LINKS);
      if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      event.stopImmediatePropagation();
      bus.visit(new URL(link.href).pathname, bus.view.query);
    },
    true,
  );
  return bus;
}

window.kharita ||= start();
export const bus = window.kharita;
