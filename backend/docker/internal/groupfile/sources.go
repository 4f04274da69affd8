package groupfile

import "embed"

// Sources are this package's, of which programs are built; see package program.
//
//go:embed *.go
var Sources embed.FS
