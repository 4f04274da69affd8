//go:build linux

package main

import (
	"errors"
	"os"
	"slices"
	"strings"
)

// keptPath is where the last filter is in this container's own files, which outlive its process.
const keptPath = "/filter"

// keepFilter writes the words of the present filter to a file. If others start the sandbox again, it begins with that
// filter, so nothing in there is open until the emulator notices. With a file that was not written as a whole the
// sandbox does not start.
func keepFilter(path string, words []string) {
	_ = os.WriteFile(path, []byte(strings.Join(append(slices.Clone(words), ".\n"), " ")), 0o600)
}

// tellFilter is the command filter. The filter outlives this process.
func tellFilter(words []string) error {
	if err := filter(words); err != nil {
		return err
	}
	keepFilter(keptPath, words)
	return nil
}

// keptFilter returns the words of the filter that was kept; none if there was no filter. In its first life a sandbox makes
// the file, while there is room for it. The file gets its name when it is whole: a sandbox that is stopped before has
// not been told a filter, and starts again.
func keptFilter(path string) (words []string, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		keepFilter(path+".new", nil)
		_ = os.Rename(path+".new", path)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	words = strings.Fields(string(text))
	if last := len(words) - 1; last >= 0 && words[last] == "." {
		return words[:last], nil
	}
	return nil, errors.New("half a filter is kept")
}

// beginFiltered sets the filter that was kept.
func beginFiltered() error {
	words, err := keptFilter(keptPath)
	if err == nil && len(words) > 0 {
		err = filter(words)
	}
	return err
}
