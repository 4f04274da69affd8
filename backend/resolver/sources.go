package resolver

import "embed"

// Sources are built into the program of a resolver: see package balancer.
//
//go:embed *[^t].go
var Sources embed.FS
