"""Every error that Pagecite raises on purpose.

Each one carries a sentence for a person: what it is about, why it happened and what to do.
Errors of other libraries are translated to these at the boundary, with ``from exc``.

* PageciteError
    * ConfigError            a setting is wrong or something it asks for is not installed
    * DocumentError          a file cannot be read; nothing else is affected
        * UnsupportedFile        not a type we read
        * EmptyFile              zero bytes
        * EncryptedFile          a password is needed
        * NoPages                opens, but has no page
        * BrokenFile             damaged beyond repair
    * PageError              one page cannot be rendered or recognised
    * LibraryError           the library on disk
        * LibraryNotWritable     no permission, or a read-only or full disk
        * DocumentNotFound       no document of that name or id
        * AmbiguousDocument      several documents have that name
        * DocumentBusy           another process works on the document
        * DocumentGone           the document was removed or replaced while it was read
        * IndexMismatch          the index was made with another embedding model
        * ArchiveError           a backup cannot be written where it should be, or is damaged, or of a newer format
    * FieldError             a document has no such field, or a value is none of the field's kind
    * ModelError             an embedding model or an LLM does not answer
"""


class PageciteError(Exception):
    """Base of all errors with a message for people."""


def was_interrupted(error: BaseException) -> bool:
    """Whether an error came out of a Ctrl-C: libraries clean up on it and fail, and the interrupt is lost behind."""
    found: list[BaseException] = [error]
    for seen in found:
        if isinstance(seen, KeyboardInterrupt):
            return True
        found += [e for e in (seen.__cause__, seen.__context__) if e is not None and e not in found]
    return False


class ConfigError(PageciteError):
    """A setting is wrong, or what it asks for is not installed."""


class DocumentError(PageciteError):
    """A file cannot be ingested. The message names the cause and the remedy, not the file."""


class UnsupportedFile(DocumentError):
    """The file's content is not of a type that Pagecite reads."""


class EmptyFile(DocumentError):
    """The file has no bytes."""


class EncryptedFile(DocumentError):
    """The file needs a password to open."""


class NoPages(DocumentError):
    """The file opens but has no pages."""


class BrokenFile(DocumentError):
    """The file is damaged and cannot be repaired."""


class PageError(PageciteError):
    """One page cannot be rendered or recognised; the others are unaffected. The message does not name the page."""


class LibraryError(PageciteError):
    """Something is wrong with the library on disk."""


class LibraryNotWritable(LibraryError):
    """The library folder cannot be written."""


class DocumentNotFound(LibraryError):
    """No document in the library has that name or id."""


class AmbiguousDocument(LibraryError):
    """Several documents in the library have that name."""


class DocumentBusy(LibraryError):
    """Another process, or another thread of this one, works on the document."""


class DocumentGone(LibraryError):
    """The document was removed, or replaced by a newer version of its file, while it was read."""


class IndexMismatch(LibraryError):
    """The stored vectors come from another embedding model than the one configured."""


class ArchiveError(LibraryError):
    """An archive cannot be written where it should be, or cannot be imported."""


class FieldError(PageciteError):
    """A document has no field of that name, or what was typed is no value of the field's kind."""


class ModelError(PageciteError):
    """An embedding model or a language model cannot be loaded or does not answer."""
