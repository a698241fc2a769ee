"""A folder that `heed export` wrote, as a model of CTranslate2.

CTranslate2's converter takes for granted what Marian's own models have: a decoder that starts from a zero vector, and
padding as the last of the vocabulary. Heed's start from <s>, so the loaders here convert what the file says; Blenderbot it
does not know at all.
"""
from ctranslate2.converters import transformers as converters


class FolderLoader(converters.BartLoader):
    def get_model_spec(self, model):
        model.config.normalize_before = model.config.model_type == "blenderbot"
        model.config.normalize_embedding = False
        return super().get_model_spec(model)


@converters.register_loader("MarianConfig")
class MarianLoader(FolderLoader):
    architecture_name = "MarianMTModel"


@converters.register_loader("BlenderbotConfig")
class BlenderbotLoader(FolderLoader):
    architecture_name = "BlenderbotForConditionalGeneration"


def convert(folder, directory, compute):
    """Writes the model in `folder` into `directory`, with weights of the type `compute`."""
    converters.TransformersConverter(folder).convert(directory, quantization=compute, force=True)
