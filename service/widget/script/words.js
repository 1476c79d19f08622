// The texts of one language, with those that the site puts in their place.

const RIGHT_TO_LEFT = new Set(["ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

export class Words {
  constructor(locale, replaced = {}) {
    const [primary] = locale.toLowerCase().split(/[-_]/);
    this.locale = locale.replace("_", "-");
    this.wanted = LANGUAGES.includes(primary) ? primary : LANGUAGES[0];
    // Until the wanted texts have come, those of this file do.
    this.language = TEXTS[this.wanted] ? this.wanted : LANGUAGE;
    this.rtl = RIGHT_TO_LEFT.has(this.language);
    this.texts = { ...TEXTS[LANGUAGE], ...TEXTS[this.language], ...replaced[primary], ...replaced[locale] };
    this.plural = new Intl.PluralRules(this.language);
  }

  say(id, values = {}) {
    return fill(this.texts[id], values);
  }

  count(id, number) {
    const forms = this.texts[id];
    const written = new Intl.NumberFormat(this.language).format(number);
    const text = typeof forms === "string" ? forms : forms[this.plural.select(number)] || forms.other;
    return fill(text, { number: written });
  }

  day(moment) {
    const style = { dateStyle: "long", timeStyle: "short" };
    return new Intl.DateTimeFormat(this.language, style).format(new Date(moment));
  }
}

// Texts come once a page and language, whoever on the page asks for them.
const COMING = {};

export function fetchTexts(language) {
  COMING[language] ||= fetch(`${BASE}/widget/v1/texts/${language}.json`, { credentials: "omit" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(language))))
    .then((texts) => (TEXTS[language] = texts))
    .catch(() => delete COMING[language]);
  return COMING[language];
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
