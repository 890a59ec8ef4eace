// Guesses whether a text is French or English, for `lang`: a voice reads it right, or unmarked.

const COMMON = {
  fr: new Set("le la les des une est sont dans pour avec que qui sur pas vous nous aux cette ces du et ou il elle ne au être par plus comment quelle quels".split(" ")),
  en: new Set("the is are of to and in for with that this on not you how what which when it from by an be or was your should do does if".split(" ")),
};

/** "fr", "en", or null when the words don't tell. */
export function languageOf(text) {
  const words = text.slice(0, 2000).toLowerCase().match(/\p{L}+/gu) ?? [];
  const count = (code) => words.filter((each) => COMMON[code].has(each)).length;
  const [french, english] = [count("fr"), count("en")];
  if (french === english) return null;
  return french > english ? "fr" : "en";
}
