// Tracking numbers: read as people type them, and checked as kb/tracking.py does it.

const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
// The spelling alphabet of the ICAO: it is read out alike in every country.
const SPELLING =
  "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec " +
  "Romeo Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu";
const BY_LETTER = Object.fromEntries(SPELLING.split(" ").map((word) => [word[0], word]));

export function parseNumber(typed) {
  const text = typed.normalize("NFKC").toUpperCase().replace(/[\s\-_.\u2010-\u2015\u2212]+/g, "");
  const symbols = text.replace(/O/g, "0").replace(/[IL]/g, "1");
  if (symbols.length !== 12 || [...symbols].some((each) => !SYMBOLS.includes(each))) return { wrong: "strange" };
  let value = 0;
  for (const each of symbols) value = (value << 1) ^ (value & 16 ? 37 : 0) ^ SYMBOLS.indexOf(each);
  return value ? { wrong: "mistyped" } : { number: symbols.match(/.{4}/g).join("-") };
}

export function spelled(number) {
  return [...number].map((each) => (each === "-" ? "–" : BY_LETTER[each] || each)).join(" ");
}
