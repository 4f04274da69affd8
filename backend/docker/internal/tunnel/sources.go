package tunnel

import "embed"

// Sources are this package's, of which programs are built; see package program.
//
//go:embed *[^t].go
var Sources embed.FS
