"""Write the tokenizer of the default embedder: XLM-R unigram pieces behind sentencepiece's nmt_nfkc rules.

In two forms, for `indexer.pieces` and for the sentence-transformers folder. A test holds that both give the
same pieces, but for white space at the end of a text, which is none to sentencepiece.
"""

from sentencepiece import SentencePieceNormalizer
from sentencepiece.sentencepiece_model_pb2 import ModelProto, TrainerSpec
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from indexer.pieces import MAX_TOKENS
from indexer.weights import Vocabulary

MASK = "<mask>"
RULES = "nmt_nfkc"

# The same rules, spelled out. Plain NFKC is wrong for Persian (zero-width non-joiner): cosine .966.
_DELETED = r"[\u0001-\u0008\u000B\u000E-\u001F\u007F\u008F\u009F]"
_SPACES = r"[\u0009\u000A\u000C\u000D\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]"
_FULLWIDTH_TILDE = "\uff5e"  # the one character that NFKC would change and nmt_nfkc keeps
_STAND_IN = "\U000f0000"  # a private character that carries the tilde past NFKC


def sentencepiece_file(vocabulary: Vocabulary) -> bytes:
    """Return the vocabulary as a file of sentencepiece; its special pieces are never found in typed text."""
    file = ModelProto()
    special = {vocabulary.bos, vocabulary.eos, vocabulary.pad}
    for number, (piece, score) in enumerate(vocabulary.pieces):
        kind = ModelProto.SentencePiece.NORMAL
        if number == vocabulary.unk:
            kind = ModelProto.SentencePiece.UNKNOWN
        elif number in special or piece == MASK:
            kind = ModelProto.SentencePiece.CONTROL
        file.pieces.add(piece=piece, score=score, type=kind)
    file.trainer_spec.model_type = TrainerSpec.UNIGRAM
    file.trainer_spec.vocab_size = len(vocabulary.pieces)
    for name in ("bos", "eos", "pad", "unk"):
        setattr(file.trainer_spec, f"{name}_id", getattr(vocabulary, name))
        setattr(file.trainer_spec, f"{name}_piece", vocabulary.pieces[getattr(vocabulary, name)][0])
    rules = ModelProto.FromString(SentencePieceNormalizer(rule_name=RULES).serialized_model_proto())
    file.normalizer_spec.CopyFrom(rules.normalizer_spec)
    file.normalizer_spec.add_dummy_prefix = True
    file.normalizer_spec.remove_extra_whitespaces = True
    file.normalizer_spec.escape_whitespaces = True
    content: bytes = file.SerializeToString()
    return content


def build_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """Return the tokenizer of the sentence-transformers folder: text to `<s> pieces </s>`, cut at 512."""
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
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in [*specials, MASK]])
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer
