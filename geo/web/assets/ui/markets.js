/* The Markets page: one tab per section; the address says which. */
import { sections } from "./sections.js";

export default sections("markets", "show", {
  rank: "ranking.js", baro: "barometer.js", compare: "compare.js", gap: "gap.js", make: "supply.js", mission: "mission.js",
  support: "support.js", list: "shortlist.js", method: "method.js" });
