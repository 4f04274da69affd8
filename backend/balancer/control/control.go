// Package control carries what a load balancer is to do from a [Client], which knows it, to a
// [Server], where the data plane runs, and how targets are from there back: package push with the
// pieces of package balancer.
//
// To lose no request, give an update target groups and targets before the listeners that lead to
// them, and draining targets after those.
package control

import (
	"context"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/push"
)

// Client tells a load balancer what to do.
type Client = push.Client[balancer.Piece, balancer.Key, balancer.Health, balancer.Counts]

// Server is the other end of a [Client].
type Server = push.Server[balancer.Piece, balancer.Key, balancer.Health, balancer.Counts]

// AppliedPiece is a piece that a load balancer acts by.
type AppliedPiece = push.AppliedPiece[balancer.Piece, balancer.Key]

// Part is pieces that many load balancers or proxies act by: see push.Part.
type Part = push.Part[balancer.Piece, balancer.Key]

// NewPart makes a part.
func NewPart(name string, pieces []balancer.Piece) (*Part, error) {
	return push.NewPart[balancer.Piece, balancer.Key](name, pieces)
}

// DataPlane is what a [Server] tells, a *dataplane.Balancer.
type DataPlane = push.DataPlane[balancer.Piece, balancer.Key, balancer.Counts]

// ErrNotCounted is what a load balancer says that counts nothing, such as one of an older build.
var ErrNotCounted = push.ErrNotCounted

// NewServer makes a server; its Report is for the options of the balancer.
func NewServer() *Server {
	return push.NewServer[balancer.Piece, balancer.Key, balancer.Health, balancer.Counts]()
}

// Connect greets a server: see push.Connect. The client calls heard with the health of targets.
func Connect(ctx context.Context, stream io.ReadWriteCloser, heard func([]balancer.Health)) (*Client, error) {
	return push.Connect[balancer.Piece, balancer.Key, balancer.Health, balancer.Counts](ctx, stream, heard)
}
