package forward

import "embed"

// Sources are this package's, of which programs are built; see package program of the Docker engine.
//
//go:embed *.go
var Sources embed.FS
