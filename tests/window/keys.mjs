// The keys of a cabinet, led back from its recovery code by nothing but what the format says: what a scan of the disk must
// not find. An implementation of its own, so that it would also notice a format that is no longer what it says.

import { createDecipheriv, hkdfSync } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PURPOSES = ["header", "database", "objects", "vectors", "values", "backups"];

const hkdf = (secret, salt, info) => Buffer.from(hkdfSync("sha256", secret, salt, info, 32));

/** The twenty bytes of a recovery code. */
export function codeBytes(code) {
  const digits = [...code.replaceAll("-", "")].slice(0, 32).map((letter) => BigInt(ALPHABET.indexOf(letter)));
  const number = digits.reduce((sum, digit) => (sum << 5n) | digit, 0n);
  return Buffer.from(number.toString(16).padStart(40, "0"), "hex");
}

/** What a slot is wrapped by and what is wrapped in it, by the secret that opens it: a recovery code's bytes, or what the
 *  keychain holds. */
export function opened(header, secret, slot) {
  const { cabinet, format, [slot]: held } = JSON.parse(header);
  const key = hkdf(secret, Buffer.from(held.salt, "hex"), `cabinet/1/${slot}`);
  const wrapped = Buffer.from(held.wrapped, "hex");
  const cipher = createDecipheriv("aes-256-gcm", key, wrapped.subarray(0, 12));
  cipher.setAAD(Buffer.from(`${format} 1 ${cabinet} ${slot} ${held.salt}`));
  cipher.setAuthTag(wrapped.subarray(-16));
  const master = Buffer.concat([cipher.update(wrapped.subarray(12, -16)), cipher.final()]);
  return { key, master };
}

/** The master key and the subkeys of a cabinet, by name, from the text of its `vault.json` and its recovery code. */
export function keysOf(header, code) {
  const { key, master } = opened(header, codeBytes(code), "recovery");
  const subkeys = PURPOSES.map((purpose) => [purpose, hkdf(master, "", `cabinet/1/${purpose}`)]);
  return { master, wrapping: key, ...Object.fromEntries(subkeys) };
}

/** The 32 bytes of a key as the `age` tool writes it (Bech32, BIP 173). */
export function ageKeyBytes(text) {
  const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const data = [...text.toLowerCase().slice(text.lastIndexOf("1") + 1)].slice(0, -6).map((letter) => BigInt(letters.indexOf(letter)));
  const bits = BigInt(data.length * 5);
  const number = data.reduce((sum, five) => (sum << 5n) | five, 0n) >> (bits - 256n);
  return Buffer.from(number.toString(16).padStart(64, "0"), "hex");
}
