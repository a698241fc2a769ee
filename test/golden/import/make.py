"""Writes a small folder for each family, and beside it what Python's transformers make of it (expected.json).

    pip install -r requirements.txt && python make.py

Weights are random; logits are computed in float64. Seeds are tried until the greedy text is visible from its first token
on and free of padding, which Heed never writes.
"""

import base64
import itertools
import json
import pathlib
import shutil

import torch
import transformers as hf
from tokenizers_of import LLAMA3, TEXTS, byte_fallback, bytes_bpe, roberta, template, unigram, word_pieces

HERE = pathlib.Path(__file__).parent
INPUTS = ["the cat eats an apple", "le petit chien dort", "a dog's CAFÉ, isn't it?"]
WRITTEN = 12

BART = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
SEQ2SEQ = dict(
    d_model=8, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
    encoder_ffn_dim=12, decoder_ffn_dim=12, max_position_embeddings=40, forced_eos_token_id=None,
)  # fmt: skip
BERT = dict(
    hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, max_position_embeddings=40
)
LLAMA = dict(
    hidden_size=8, intermediate_size=20, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=64,
)  # fmt: skip
T5 = dict(d_model=8, d_kv=6, d_ff=12, num_layers=2, num_decoder_layers=1, num_heads=2, n_positions=64)
NAMES = {"id2label": {0: "poor", 1: "fair", 2: "good"}, "label2id": {"poor": 0, "fair": 1, "good": 2}}
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


def families():
    """name -> tokenizer, special tokens, model class, configuration, type of the stored weights, size of a shard"""
    half, bfloat, full = torch.float16, torch.bfloat16, torch.float32
    bart = bytes_bpe(BART, roberta)
    marian = unigram(["</s>", "<unk>", "<pad>"], template("$A </s>", "</s>"))
    mbart = unigram(["<s>", "<pad>", "</s>", "<unk>", "en_XX", "fr_XX"], template("$A </s> en_XX", "</s>", "en_XX"))
    t5 = unigram(["<pad>", "</s>", "<unk>"], template("$A </s>", "</s>"))
    bert = word_pieces()
    around = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}
    gpt2 = bytes_bpe(["<|endoftext|>"])
    end = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    llama = bytes_bpe(["<|begin|>", "<|end|>"], template("<|begin|> $A", "<|begin|>"), LLAMA3)
    mistral = byte_fallback()
    ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
    marian_ids = {"pad_token_id": 2, "eos_token_id": 0, "bos_token_id": None, "decoder_start_token_id": 2}
    no_end = {"bos_token": "<|begin|>", "eos_token": "<|end|>"}
    yield "marian", marian, {**SPECIAL, "bos_token": None}, hf.MarianMTModel, hf.MarianConfig(**SEQ2SEQ, **marian_ids, activation_function="swish", scale_embedding=True), full, None
    yield "blenderbot", bart, SPECIAL, hf.BlenderbotForConditionalGeneration, hf.BlenderbotConfig(**SEQ2SEQ, **ids, scale_embedding=True), half, None
    yield "bart", bart, SPECIAL, hf.BartForConditionalGeneration, hf.BartConfig(**SEQ2SEQ, **ids), half, None
    yield "mbart", mbart, SPECIAL, hf.MBartForConditionalGeneration, hf.MBartConfig(**SEQ2SEQ, **{**ids, "decoder_start_token_id": 5}, scale_embedding=True, activation_function="relu"), half, None
    yield "t5", t5, {**SPECIAL, "bos_token": None}, hf.T5ForConditionalGeneration, hf.T5Config(**T5, decoder_start_token_id=0), half, None
    yield "t5-gated", t5, {**SPECIAL, "bos_token": None}, hf.T5ForConditionalGeneration, hf.T5Config(**T5, decoder_start_token_id=0, feed_forward_proj="gated-gelu", tie_word_embeddings=False), half, None
    yield "bert", bert, around, hf.BertForSequenceClassification, hf.BertConfig(**BERT, **NAMES), half, None
    yield "bert-encoder", bert, around, hf.BertModel, hf.BertConfig(**BERT), full, None
    yield "distilbert", bert, around, hf.DistilBertForSequenceClassification, hf.DistilBertConfig(dim=8, n_layers=2, n_heads=2, hidden_dim=12, max_position_embeddings=40, **NAMES), half, None
    yield "roberta", bart, SPECIAL, hf.RobertaForSequenceClassification, hf.RobertaConfig(**{**BERT, "max_position_embeddings": 42}, **NAMES, type_vocab_size=1, layer_norm_eps=1e-5), half, None
    yield "gpt2", gpt2, end, hf.GPT2LMHeadModel, hf.GPT2Config(n_embd=8, n_layer=2, n_head=2, n_positions=64, bos_token_id=0, eos_token_id=0), half, "8KB"
    opt = bytes_bpe(["<pad>", "</s>"], template("</s> $A", "</s>"))
    both = {"bos_token": "</s>", "eos_token": "</s>", "pad_token": "<pad>"}
    yield "opt", opt, both, hf.OPTForCausalLM, hf.OPTConfig(hidden_size=8, word_embed_proj_dim=8, ffn_dim=12, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=1), half, None
    yield "starcoder2", gpt2, end, hf.Starcoder2ForCausalLM, hf.Starcoder2Config(**{**LLAMA, "num_key_value_heads": 4}, bos_token_id=0, eos_token_id=0, sliding_window=None), bfloat, None
    yield "llama", llama, no_end, hf.LlamaForCausalLM, hf.LlamaConfig(**LLAMA, bos_token_id=0, eos_token_id=1, rope_parameters={"rope_type": "default", "rope_theta": 500.0}), bfloat, None
    yield "mistral", mistral, {**SPECIAL, "pad_token": None}, hf.MistralForCausalLM, hf.MistralConfig(**LLAMA, head_dim=6, sliding_window=None, tie_word_embeddings=True), bfloat, None
    yield "qwen2", llama, no_end, hf.Qwen2ForCausalLM, hf.Qwen2Config(**LLAMA, bos_token_id=0, eos_token_id=1), bfloat, None


def encode(tensor):
    array = tensor.detach().numpy().astype("<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.named_parameters():
        if "embed_positions" in name and model.config.model_type == "marian":
            continue  # sinusoids
        noise = torch.randn(tensor.shape, generator=generator)
        if tensor.dim() == 1:
            tensor.data = (1.0 if "norm" in name.lower() or "ln_" in name else 0.0) * ("weight" in name) + 0.2 * noise
        else:
            tensor.data = noise * (0.5 if "embed" in name or "shared" in name or "wte" in name else 0.4)
    bias = dict(model.named_buffers()).get("final_logits_bias")
    if bias is not None:
        bias.copy_(0.3 * torch.randn(bias.shape, generator=generator))


def embedded(states, mask):
    mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return torch.nn.functional.normalize(mean, dim=-1)


def look(folder, model_class, tokenizer):
    model = model_class.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    batch = tokenizer(INPUTS, return_tensors="pt", padding=tokenizer.pad_token is not None, return_token_type_ids=False) if tokenizer.pad_token else None
    expected = {"inputs": INPUTS, "ids": [tokenizer(text)["input_ids"] for text in INPUTS]}
    with torch.no_grad():
        if model.config.is_encoder_decoder:
            start = model.config.decoder_start_token_id
            target = torch.tensor([[start, 6, 9]] * len(INPUTS))
            out = model(**batch, decoder_input_ids=target)
            generated = model.generate(**batch, max_new_tokens=WRITTEN, num_beams=1, do_sample=False)[:, 1:]
            expected |= {"target": target.tolist(), "logits": encode(out.logits)}
        elif "CausalLM" in model_class.__name__ or "LMHead" in model_class.__name__:
            text = torch.tensor([expected["ids"][0][:8]])
            expected["logits"] = encode(model(text).logits)
            generated = model.generate(text, max_new_tokens=WRITTEN, do_sample=False)[:, text.shape[1] :]
        else:
            encoder = getattr(model, model.base_model_prefix, model)
            states = encoder(**batch).last_hidden_state
            expected["vectors"] = encode(embedded(states, batch["attention_mask"].double()))
            if "Sequence" in model_class.__name__:
                expected["logits"] = encode(model(**batch).logits)
            return expected, True
    expected["generated"] = generated.tolist()
    expected["text"] = tokenizer.batch_decode(generated, skip_special_tokens=True)
    special = set(tokenizer.added_tokens_decoder) - {tokenizer.eos_token_id}
    rows = [row[: row.index(tokenizer.eos_token_id)] if tokenizer.eos_token_id in row else row for row in generated.tolist()]
    visible = all(row and tokenizer.decode(row[:1]).strip() for row in rows)
    varied = max(len(set(row)) for row in rows) > 3
    # Where bytes are not UTF-8, the JavaScript library writes fewer replacement characters than the others.
    if model.config.model_type == "mistral":
        visible = visible and not any("\ufffd" in text for text in expected["text"])
    return expected, visible and varied and not any(special & set(row) for row in rows)


def make(name, backend, special, model_class, config, dtype, shard):
    folder = HERE / name
    config.vocab_size = backend.get_vocab_size() + (5 if name.startswith("t5") else 0)
    if name == "marian":
        config.decoder_vocab_size = config.vocab_size
    for seed in itertools.count():
        shutil.rmtree(folder, ignore_errors=True)
        model = model_class(config)
        randomise(model, seed)
        if name == "marian":
            model.generation_config.bad_words_ids = [[2]]
        if hasattr(model, "generation_config"):
            model.generation_config.forced_eos_token_id = None
        kept = {} if shard is None else {"max_shard_size": shard}
        model.to(dtype).save_pretrained(folder, **kept)
        tokenizer = hf.PreTrainedTokenizerFast(tokenizer_object=backend, **special, clean_up_tokenization_spaces=False)
        tokenizer.save_pretrained(folder)
        for path in folder.glob("*.json"):
            path.write_text(json.dumps(json.loads(path.read_text()), ensure_ascii=False, separators=(",", ":")) + "\n")
        expected, good = look(folder, model_class, tokenizer)
        if good:
            break
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(name, "seed", seed, expected.get("text", ""), sum(f.stat().st_size for f in folder.iterdir()))


def main():
    torch.set_num_threads(1)
    for family in families():
        make(*family)


main()
