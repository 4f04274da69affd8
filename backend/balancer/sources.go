package balancer

import "embed"

// Sources are this package's, of which the program of a load balancer is built; who looks for
// a program that was built before knows by them whether it is of this state.
//
//go:embed *.go
var Sources embed.FS
