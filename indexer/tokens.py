"""The tokenizer of the default embedder: XLM-R unigram pieces behind sentencepiece's nmt_nfkc rules."""

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from indexer.weights import Vocabulary

MAX_TOKENS = 512

# sentencepiece's nmt_nfkc, as rules. Plain NFKC is wrong for Persian (zero-width non-joiner): cosine .966.
_DELETED = r"[\u0001-\u0008\u000B\u000E-\u001F\u007F\u008F\u009F]"
_SPACES = r"[\u0009\u000A\u000C\u000D\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]"
_FULLWIDTH_TILDE = "\uff5e"  # the one character that NFKC would change and nmt_nfkc keeps
_STAND_IN = "\U000f0000"  # a private character that carries the tilde past NFKC


def build_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """Return the tokenizer: text to `<s> pieces </s>`, cut at 512 tokens."""
    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_DELETED), ""),
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.Replace(_FULLWIDTH_TILDE, _STAND_IN),
            normalizers.NFKC(),
            normalizers.Replace(_STAND_IN, _FULLWIDTH_TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    bos, eos = (vocabulary.pieces[i][0] for i in (vocabulary.bos, vocabulary.eos))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    specials = [
        vocabulary.pieces[i][0] for i in (vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk)
    ]
    tokenizer.add_special_tokens(
        [AddedToken(s, special=True, normalized=False) for s in [*specials, "<mask>"]]
    )
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer
