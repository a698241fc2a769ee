"""Writes tuning.json: the loss and the gradients with which PyTorch fine-tunes some of the folders that make.py wrote.

    pip install -r requirements.txt && python make_tuning.py

In float64, without dropout. The loss is a mean over the tokens, or texts, of a batch.
"""

import base64
import json
import pathlib

import torch
import transformers as hf

HERE = pathlib.Path(__file__).parent
PAIRS = [("the cat eats an apple", "le petit chien dort"), ("a dog's", "the cat")]
LABELLED = [("the cat eats an apple", 2), ("le petit chien dort", 0)]


def encode(tensor):
    array = tensor.detach().numpy().astype("<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def padded(rows, value):
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


def translation(model, ids):
    pad = model.config.pad_token_id
    source, labels = [ids(text) for text, _ in PAIRS], [ids(text) for _, text in PAIRS]
    batch = padded(source, pad)
    # The logits' bias is a constant in Python, and a weight in Heed, where it also keeps padding from being written.
    model.final_logits_bias.index_fill_(-1, torch.tensor([pad] if model.config.model_type == "marian" else [0]), -1000)
    model.final_logits_bias.requires_grad_(True)
    loss = model(input_ids=batch, attention_mask=(batch != pad).long(), labels=padded(labels, -100)).loss
    return loss, {"source": source, "target": labels}


def continuation(model, ids):
    text = ids(" ".join(text for text, _ in PAIRS))
    return model(input_ids=torch.tensor([text]), labels=torch.tensor([text])).loss, {"text": text}


def classification(model, ids):
    texts, labels = [ids(text) for text, _ in LABELLED], [label for _, label in LABELLED]
    batch = padded(texts, model.config.pad_token_id)
    mask = (padded(texts, -1) >= 0).long()
    return model(input_ids=batch, attention_mask=mask, labels=torch.tensor(labels)).loss, {"texts": texts, "labels": labels}


FAMILIES = {
    "marian": (hf.MarianMTModel, translation),
    "t5": (hf.T5ForConditionalGeneration, translation),
    "gpt2": (hf.GPT2LMHeadModel, continuation),
    "llama": (hf.LlamaForCausalLM, continuation),
    "bert": (hf.BertForSequenceClassification, classification),
}


def main():
    torch.set_num_threads(1)
    golden = {}
    for name, (model_class, loss_of) in FAMILIES.items():
        model = model_class.from_pretrained(HERE / name, dtype=torch.float64, attn_implementation="eager").eval()
        for module in model.modules():
            if isinstance(module, torch.nn.Embedding):
                # PyTorch leaves the vector of padding as it is; the first token that Marian's decoder reads is padding.
                module.padding_idx = None
        if name == "t5":
            model.register_buffer("final_logits_bias", torch.zeros(1))
        tokenizer = hf.AutoTokenizer.from_pretrained(HERE / name)
        loss, batch = loss_of(model, lambda text: tokenizer(text)["input_ids"])
        loss.backward()
        named = dict(model.named_parameters()) | ({"final_logits_bias": model.final_logits_bias} if name == "marian" else {})
        zero = lambda tensor: torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
        gradients = {key: encode(zero(tensor)) for key, tensor in named.items()}
        golden[name] = {**batch, "loss": loss.item(), "gradients": gradients}
    (HERE / "tuning.json").write_text(json.dumps(golden) + "\n")


main()
