// Package terminal tells whether output goes to a terminal, how large it is, and whether
// colour may be used there.
package terminal

import (
	"cmp"
	"io"
	"os"

	"golang.org/x/term"
)

// Terminal is where a person reads the output.
type Terminal struct {
	Width, Height int // in characters
	// Colour tells whether escape sequences for colour may be written. NO_COLOR turns
	// them off (https://no-color.org), and so does TERM=dumb.
	Colour bool
}

// The size of a terminal that does not tell its own.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// Of returns the terminal that w writes to; ok is false if w is none, such as a file or
// a pipe.
func Of(w io.Writer) (t Terminal, ok bool) {
	file, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return Terminal{}, false
	}
	width, height, err := term.GetSize(int(file.Fd()))
	if err != nil {
		width, height = 0, 0
	}
	return Terminal{
		Width: cmp.Or(width, defaultWidth), Height: cmp.Or(height, defaultHeight),
		Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && understandsEscapes(file),
	}, true
}
