"""The embedded model as transformers runs it."""

import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer


def load_tokenizer(path):
    """Hugging Face's tokenizer of a GGUF.

    Converting `tokenizer.ggml.pre = smollm`, transformers drops the step that splits digits; it is
    put back here. Special tokens in a text are text.
    """
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name).backend_tokenizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.encode_special_tokens = True
    return tokenizer


def encode(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def load_model(path, precision):
    """The weights of a GGUF, dequantized; `precision` is 'f32' or 'bf16'."""
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[precision]
    return AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=dtype).eval()


@torch.inference_mode()
def token_scores(model, tokens, context_count):
    """Log-probability of each token after the context."""
    logits = model(torch.tensor([tokens])).logits[0, context_count - 1 : -1].float()
    targets = torch.tensor(tokens[context_count:])
    scores = torch.log_softmax(logits, dim=-1).gather(1, targets[:, None])[:, 0]
    return scores.tolist()


@torch.inference_mode()
def greedy(model, tokens, count):
    """The likeliest continuation, past any end token, and how near the nearest miss came."""
    input_ids, cache, chosen, margin = torch.tensor([tokens]), None, [], float("inf")
    for _ in range(count):
        output = model(input_ids, past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        best = torch.topk(output.logits[0, -1].float(), 2)
        margin = min(margin, float(best.values[0] - best.values[1]))
        chosen.append(int(best.indices[0]))
        input_ids = torch.tensor([chosen[-1:]])
    return chosen, margin
