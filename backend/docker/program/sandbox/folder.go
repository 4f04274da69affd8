//go:build linux

package main

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// folder says whether a path below a root leads somewhere without leaving it: "done",
// "missing" or "outside". With permissions, octal, it makes what is missing.
func folder(root string, words []string) (answer string, err error) {
	below, err := os.OpenRoot(root)
	if err != nil {
		return "", err
	}
	defer func() { _ = below.Close() }()
	_, err = below.Stat(words[0])
	if len(words) > 1 && errors.Is(err, fs.ErrNotExist) {
		err = makeFolder(below, words[0], words[1])
	}
	switch {
	case err == nil:
		return "done", nil
	case errors.Is(err, fs.ErrNotExist):
		return "missing", nil
	case strings.HasSuffix(err.Error(), escapes):
		return "outside", nil
	}
	return "", err
}

// escapes is the end of what package os says of links that lead out, and of absolute ones.
const escapes = "path escapes from parent"

func makeFolder(below *os.Root, name, permissions string) error {
	mode, err := strconv.ParseUint(permissions, 8, 32)
	if err != nil {
		return err
	}
	if err := below.MkdirAll(name, 0o755); err != nil {
		return err
	}
	return below.Chmod(name, fs.FileMode(mode)) // also bits that the mask takes
}
