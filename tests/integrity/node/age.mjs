// The age of the npm world: `node age.mjs seal RECIPIENT…` or `open IDENTITY`, stdin to stdout.
import { Decrypter, Encrypter } from "age-encryption";

const [, , verb, ...keys] = process.argv;
const parts = [];
for await (const part of process.stdin) parts.push(part);
const data = new Uint8Array(Buffer.concat(parts));

if (verb === "seal") {
  const tool = new Encrypter();
  for (const key of keys) tool.addRecipient(key);
  process.stdout.write(await tool.encrypt(data));
} else {
  const tool = new Decrypter();
  for (const key of keys) tool.addIdentity(key);
  process.stdout.write(await tool.decrypt(data));
}
