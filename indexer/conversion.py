"""Turn the weights image into a sentence-transformers folder and ONNX files: with torch, run by `encoder`."""

import json
import logging
import shutil
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tqdm import tqdm
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
from transformers.utils.logging import disable_progress_bar

from indexer.encoder import ENGLISH, PIECES
from indexer.onnx_encoder import INT8, Q4, WEIGHTS
from indexer.pieces import MAX_TOKENS
from indexer.tokens import MASK, build_tokenizer, sentencepiece_file
from indexer.weights import Image, read_image

# The activations of this one layer have outliers that 8 bits cannot hold: left in fp32 it lifts the mean
# cosine against fp32 from .9953 to .9968 and the least from .986 to .994 (160 questions in 15 languages),
# for 1.7 MB.
KEPT_IN_FP32 = "/bert/encoder/layer.0/intermediate/dense/MatMul"
OPSET = 17  # the newest that torch's TorchScript exporter writes and onnxruntime fuses without a warning
# Texts whose fp32 vectors are kept beside the files: a processor that saturates in int8 is caught with them.
SELF_CHECK = (
    "query: my washing machine does not drain",
    "query: Die Maschine bleibt mit rotem Licht stehen",
    "query: アプリに接続できません",
    "passage: Hold the power button for ten seconds, then pair the device again in the app.",
    "passage: لا تعمل المضخة بعد انقطاع التيار الكهربائي، نظف المرشح ثم أعد التشغيل.",
    "passage: Le remboursement arrive sous quatorze jours sur le compte qui a servi au paiement.",
)
ENGLISH_CHECK = (
    "my washing machine does not drain",
    "how do i change the card that i pay with",
    "Hold the power button for ten seconds, then pair the device again in the app.",
    "The refund arrives within fourteen days on the account that was used to pay.",
)
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def convert(image_path: Path, english: Path, target: Path, step: Callable[[str], None]) -> None:
    """Write a sentence-transformers folder and what is served into `target`, the English encoder below it."""
    step("reading the weights")
    image = read_image(image_path)
    step("writing the sentence-transformers folder")
    encoder = _write_folder(image, target)
    (target / PIECES).write_bytes(sentencepiece_file(image.vocabulary))
    _write_onnx(encoder, target, SELF_CHECK, KEPT_IN_FP32, step)
    step("the same for the English encoder")
    (target / ENGLISH).mkdir()
    shutil.copy(english / "tokenizer.json", target / ENGLISH)
    _write_onnx(SentenceTransformer(str(english), device="cpu").eval(), target / ENGLISH, ENGLISH_CHECK)


def _write_onnx(
    encoder: SentenceTransformer,
    target: Path,
    check: Sequence[str],
    kept: str | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> None:
    """Write the graphs in 8 and in 4 bits and `self_check.json`; node `kept` stays in fp32."""
    step("exporting to ONNX")
    fp32, quantised = target / "model_fp32.onnx", target / "quantised.onnx"
    _export(encoder[0].auto_model, fp32)
    step("quantising to 8 bits")
    _quantise_8bit(fp32, quantised, kept)
    _optimise(quantised, target / INT8)
    step("quantising to 4 bits")
    _quantise_4bit(fp32, quantised)
    _optimise(quantised, target / Q4)
    fp32.unlink()
    quantised.unlink()
    step("keeping vectors for the self-check")
    vectors = encoder.encode(list(check), normalize_embeddings=True, show_progress_bar=False)
    kept_vectors = {"texts": check, "vectors": np.round(vectors.astype(float), 6).tolist()}
    (target / "self_check.json").write_text(json.dumps(kept_vectors, ensure_ascii=False), encoding="utf-8")


def _write_folder(image: Image, target: Path) -> SentenceTransformer:
    bert = _bert(image)
    raw = target / "raw"
    bert.save_pretrained(raw)
    words = image.vocabulary
    special = {f"{n}_token": words.pieces[getattr(words, n)][0] for n in ("bos", "eos", "pad", "unk")}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer(words),
        model_max_length=MAX_TOKENS,
        cls_token=special["bos_token"],
        sep_token=special["eos_token"],
        mask_token=MASK,
        **special,
    )
    tokenizer.save_pretrained(raw)
    transformer = Transformer(str(raw), max_seq_length=MAX_TOKENS)
    modules = [transformer, Pooling(image.shape.hidden, pooling_mode="mean"), Normalize()]
    encoder = SentenceTransformer(
        modules=modules,
        device="cpu",
        prompts={"query": "query: ", "document": "passage: ", "passage": "passage: "},
    )
    encoder.save(str(target), create_model_card=False)
    for file in raw.iterdir():
        file.unlink()
    raw.rmdir()
    return encoder.eval()


def _bert(image: Image) -> BertModel:
    shape = image.shape
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        layer_norm_eps=shape.epsilon,
        hidden_act="gelu",
        pad_token_id=image.vocabulary.pad,
    )
    bert = BertModel(config, add_pooling_layer=False).eval()
    state = bert.state_dict()
    loaded = {}
    for name, flat in image.tensors.items():
        target = _torch_name(name)
        loaded[target] = torch.from_numpy(np.ascontiguousarray(flat)).reshape(state[target].shape)
    missing, unexpected = bert.load_state_dict(loaded, strict=False)
    if set(missing) - {"embeddings.position_ids", "embeddings.token_type_ids"} or unexpected:
        raise ValueError(f"the image does not fit the encoder: missing {missing}, unexpected {unexpected}")
    return bert


def _torch_name(name: str) -> str:
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


class _OneText(torch.nn.Module):
    """The encoder for one text a run: ids of shape (1, n) in, one unit vector of shape (1, hidden) out."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        states = self.bert(input_ids=input_ids, attention_mask=torch.ones_like(input_ids)).last_hidden_state
        return torch.nn.functional.normalize(states.mean(dim=1), dim=1)


def _export(bert: BertModel, path: Path) -> None:
    bert.config._attn_implementation = "eager"
    ids = torch.tensor([[0, 10, 20, 30, 2]])
    torch.onnx.export(
        _OneText(bert).eval(),
        (ids,),
        str(path),
        input_names=["input_ids"],
        output_names=["vector"],
        dynamic_axes={"input_ids": {1: "tokens"}},
        opset_version=OPSET,
        dynamo=False,
    )


def _quantise_8bit(fp32: Path, path: Path, kept: str | None) -> None:
    if kept and kept not in {node.name for node in onnx.load(str(fp32)).graph.node}:
        raise ValueError(f"the exported graph has no node {kept}")
    left = [kept] if kept else []
    quantize_dynamic(
        str(fp32), str(path), per_channel=True, weight_type=QuantType.QInt8, nodes_to_exclude=left
    )


def _quantise_4bit(fp32: Path, path: Path) -> None:
    """Blocks of 32 weights in 4 bits; the embedding table in 8, where 4 would cost quality."""
    config = DefaultWeightOnlyQuantConfig(block_size=32, is_symmetric=True, accuracy_level=4)
    quantizer = MatMulNBitsQuantizer(onnx.load(str(fp32)), algo_config=config)
    quantizer.process()
    halfway = path.with_suffix(".halfway")
    quantizer.model.save_model_to_file(str(halfway))
    quantize_dynamic(str(halfway), str(path), op_types_to_quantize=["Gather"], weight_type=QuantType.QInt8)
    halfway.unlink()


def _optimise(quantised: Path, path: Path) -> None:
    """Write the graph as ONNX Runtime fuses it on any processor, and beside it the weights, to be mapped.

    Fusing and copying them at every start took .45 s and 120 MB; mapped, they take .05 s and what is read.
    """
    options = SessionOptions()
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path)
    beside = "session.optimized_model_external_initializers_"
    options.add_session_config_entry(f"{beside}file_name", path.with_suffix(WEIGHTS).name)
    options.add_session_config_entry(f"{beside}min_size_in_bytes", "1024")
    InferenceSession(str(quantised), options, providers=["CPUExecutionProvider"])


STEPS = 7


def main(arguments: list[str]) -> None:
    """Convert with a progress bar on standard error: `python -m indexer.conversion IMAGE ENGLISH TARGET`."""
    warnings.simplefilter("ignore")  # the exporters warn of internals that a user cannot act on
    logging.disable(logging.WARNING)
    torch.manual_seed(0)  # a pooler that nobody uses is drawn at random: let it be the same in every folder
    disable_progress_bar()  # theirs; ours tells enough
    bar: Any
    title, layout = "Preparing the embedder (once)", "{desc} {bar} {n}/{total}{postfix}"
    with tqdm(total=STEPS, desc=title, bar_format=layout) as bar:

        def step(what: str) -> None:
            bar.update(0 if bar.postfix is None else 1)
            bar.set_postfix_str(what)

        image, english, target = map(Path, arguments)
        convert(image, english, target, step)
        step("done")


if __name__ == "__main__":
    main(sys.argv[1:])
