/* Answers for tests/frontend/test_address_parity.py: one case a line in, its answer a line out.
   The address module is given as the first argument, for one of its imports is made by Python. */
import { createInterface } from "node:readline";

const { apply, read, write } = await import(process.argv[2]);
const ACTS = {
  read_and_write: (address) => [write(read(address)), write(read(address), "data")],
  apply: ([address, intent]) => write(apply(read(address), intent)),
  read_again: (address) => {
    const written = write(read(address));
    return [written, write(read(written))];
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { act, given } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(ACTS[act](given))}\n`);
}
