//go:build linux

package main

import (
	"errors"
	"os"
	"strings"
)

// claimPath is where the name of the task that has this sandbox is in this container's own files: the emulator reads it
// there, also while the sandbox does not run.
const claimPath = "/claim"

// tellClaim is the command claim, which gives a sandbox that was made for tasks to come to one:
//
//	claim <name>
func tellClaim(words []string) error { return claim(claimPath, words) }

// claim is done once and for good. Again by the same name is harmless; it is refused to any other. The file gets its name
// when it is whole, so one who dies meanwhile has claimed the sandbox or not.
func claim(path string, words []string) error {
	if len(words) != 1 {
		return errors.New("not a name: " + strings.Join(words, " "))
	}
	has, err := os.ReadFile(path)
	switch {
	case err == nil && string(has) == words[0]:
		return nil
	case err == nil:
		return errors.New("claimed by " + string(has))
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if err := os.WriteFile(path+".new", []byte(words[0]), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
