package balancer

import "embed"

// Sources are those of the data plane, from which the program of a load balancer is built. Their
// hash tells whether a program that was built before is of this state.
//
//go:embed *.go */*.go
var Sources embed.FS
