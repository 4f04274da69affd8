package program

import (
	"embed"
	"io/fs"
)

// built has a README, so that this package compiles where nothing has been built.
//
//go:embed built
var built embed.FS

// embedded is what `make`, or the release, has put into this package.
func embedded() folder {
	files, err := fs.Sub(built, "built")
	if err != nil {
		panic(err) // the name is valid
	}
	return folder{files, "this build"}
}
