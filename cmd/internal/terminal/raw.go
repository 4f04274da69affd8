package terminal

import (
	"os"
	"sync"

	"golang.org/x/term"
)

// Is reports whether a file is a terminal.
func Is(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// Raw has a terminal pass on each key as it is typed, Ctrl-C included, and print only what is written.
// The caller calls restore before the program ends; again is harmless.
func Raw(file *os.File) (restore func(), err error) {
	before, err := term.MakeRaw(int(file.Fd()))
	if err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() { _ = term.Restore(int(file.Fd()), before) }), nil
}
