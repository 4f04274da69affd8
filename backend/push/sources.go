package push

import "embed"

// Sources are built into the programs of data planes: see package balancer.
//
//go:embed *.go
var Sources embed.FS
