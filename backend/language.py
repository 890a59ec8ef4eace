"""The language of a question, told as retrieval tells a document's."""

from retrieval.language import ACCENTS as ACCENTS
from retrieval.language import ELISION as ELISION
from retrieval.language import ENGLISH as ENGLISH
from retrieval.language import FRENCH as FRENCH
from retrieval.language import WORD as WORD
from retrieval.language import guess as guess
