"""What to say when the machine fails, not the user: a full disk, no permission, no memory."""

import errno

KEPT = "nothing half-written is left, and what was finished is kept"
WAYS = {
    "the disk is full: free some space, or write elsewhere": (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    "mend the permissions, or take another place": (errno.EACCES, errno.EPERM, errno.EROFS),
    "too many files are open: raise the limit (ulimit -n)": (errno.EMFILE, errno.ENFILE),
    "a file or folder went away meanwhile: see that its disk is mounted": (errno.ENOENT, errno.ESTALE, errno.ENOTDIR),
}
OTHERWISE = "check the disk"
NO_MEMORY = ("can't allocate memory", "out of memory")  # as PyTorch says it


def sentence(error: Exception) -> str:
    """What failed, where and what to do, as one sentence; empty for an error that is no fault of the machine."""
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in NO_MEMORY):
        return f"out of memory: make batches or images smaller, or give the job more; {KEPT}"
    if not isinstance(error, OSError):
        return ""
    way = next((way for way, numbers in WAYS.items() if error.errno in numbers), OTHERWISE)
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}; {way}. Then run it again: {KEPT}"
