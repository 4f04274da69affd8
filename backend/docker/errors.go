package docker

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// classified is an error of the engine with the meaning that callers ask for. Its
// text stays the engine's own, because ECS shows it to the user.
type classified struct {
	error
	meaning error
}

func (c *classified) Unwrap() []error { return []error{c.error, c.meaning} }

func unavailable(err error) error { return &classified{err, backend.ErrUnavailable} }

// engineError attaches the meaning that backend gives an error, if any.
func engineError(err error) error {
	var known *classified
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case cerrdefs.IsNotFound(err):
		return &classified{err, backend.ErrNotFound}
	case lost(err):
		return unavailable(err)
	// What libnetwork says when the address asked for is not free.
	case strings.Contains(err.Error(), "Address already in use"):
		return &classified{err, backend.ErrAddressInUse}
	default:
		return err
	}
}

// lost says whether an error means that the connection to the engine failed or
// broke, as opposed to an answer of the engine.
func lost(err error) bool {
	var broken *net.OpError
	return client.IsErrConnectionFailed(err) || cerrdefs.IsUnavailable(err) || errors.As(err, &broken) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
