/* The Data page: how good the records are, bringing others in, changing one, what was changed. */
import { sections } from "./sections.js";

export default sections("data", "book", { quality: "quality.js", import: "import.js", records: "records.js", history: "history.js", about: "about.js" });
