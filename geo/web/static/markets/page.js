/* The Markets page: one tab per section; the address says which. */
import { sectionTabs } from "../core/section_tabs.js";

export default sectionTabs("markets", "show", {
  rank: () => import("./ranking.js"),
  baro: () => import("./barometer.js"),
  compare: () => import("./compare.js"),
  gap: () => import("./gap_matrix.js"),
  make: () => import("./suppliers.js"),
  mission: () => import("./mission.js"),
  support: () => import("./export_support.js"),
  list: () => import("./shortlist.js"),
  method: () => import("./method.js"),
});
