/* The Data page: how good the records are, bringing others in, changing one, what was changed. */
import { sectionTabs } from "../core/section_tabs.js";

export default sectionTabs("data", "book", {
  quality: () => import("./quality.js"),
  import: () => import("./import.js"),
  records: () => import("./record_list.js"),
  history: () => import("./history.js"),
  about: () => import("./about.js"),
});
