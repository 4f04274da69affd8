package dockerapi

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// classified is an error of the engine with the meaning that callers ask for. Its
// text stays the engine's own, because ECS shows it to the user.
type classified struct {
	error
	meaning error
}

func (c *classified) Unwrap() []error { return []error{c.error, c.meaning} }

// WithMeaning gives an error a meaning, and leaves its text.
func WithMeaning(err, meaning error) error { return &classified{err, meaning} }

// Unavailable is an error that says that the engine is away.
func Unavailable(err error) error { return &classified{err, backend.ErrUnavailable} }

// Classify attaches the meaning that backend gives an error, if any.
func Classify(err error) error {
	var known *classified
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, backend.ErrNotFound), errors.Is(err, backend.ErrSubnetFull):
		return err
	// What the engine says of an index, and 28.5 with containerd's image store as something
	// that is not found. Source: Moby distribution/pull_v2.go.
	case strings.Contains(err.Error(), "no matching manifest for "):
		return &classified{err, backend.ErrNoPlatform}
	case cerrdefs.IsNotFound(err):
		return &backend.NotFoundError{Kind: missingKind(err), Err: err}
	case Lost(err):
		return Unavailable(err)
	// What libnetwork says when the address asked for is not free.
	case strings.Contains(err.Error(), "Address already in use"):
		return &classified{err, backend.ErrAddressInUse}
	case BridgeFull(err):
		return &classified{err, backend.ErrNoCapacity}
	case sandboxGone(err):
		return &classified{err, backend.ErrNoSandbox}
	default:
		return err
	}
}

// BridgeFull reports whether the kernel refused another port on a bridge, which has
// 1,023 at most: "adding interface veth… to bridge br-… failed: exchange full".
// Source: EXFULL in Linux net/bridge/br_if.c.
func BridgeFull(err error) bool { return err != nil && strings.Contains(err.Error(), "exchange full") }

// sandboxGone reports whether a container did not start because a sandbox has ended whose network,
// processes or IPC it shares, in the words of the engine, or of the runtime if the engine does not know
// yet.
// Source: Moby daemon/container_operations.go, runc libcontainer.
func sandboxGone(err error) bool {
	text := err.Error()
	return strings.Contains(text, "cannot join network of a non running container") ||
		strings.Contains(text, ": container ") && strings.HasSuffix(text, " is not running") ||
		strings.Contains(text, "namespace path: lstat /proc/")
}

// NameTaken reports whether a container was not made because there is one of its name. Podman
// has a text alone.
func NameTaken(err error) bool {
	return cerrdefs.IsConflict(err) || err != nil && strings.Contains(err.Error(), "the container name") && strings.Contains(err.Error(), "is already in use by")
}

// missingKind reads in the engine's words which kind of thing it does not have.
func missingKind(err error) backend.Kind {
	switch text := strings.ToLower(err.Error()); {
	case strings.Contains(text, "no such image"), strings.Contains(text, "image with reference"): // for another platform
		return backend.KindImage
	case strings.Contains(text, "no such container"):
		return backend.KindContainer
	case strings.Contains(text, "network"):
		return backend.KindNetwork
	default:
		return backend.KindContainer
	}
}

// NoContainer is the engine's answer for a container that it does not have.
func NoContainer(id string) error {
	return &backend.NotFoundError{Kind: backend.KindContainer, Err: errors.New("No such container: " + id)} //nolint:staticcheck // the engine's own text
}

// Lost reports whether an error means that the connection to the engine failed or
// broke, as opposed to an answer of the engine.
func Lost(err error) bool {
	var broken *net.OpError
	return client.IsErrConnectionFailed(err) || cerrdefs.IsUnavailable(err) || errors.As(err, &broken) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || inFront(err) || ending(err)
}

// ending recognizes the answer of an engine that ends: it has let go of containerd.
// Source: grpc-go, and containerd's errdefs for the last word.
func ending(err error) bool {
	text := err.Error()
	return strings.Contains(text, "transport is closing") || strings.Contains(text, "the client connection is closing") ||
		strings.HasSuffix(text, ": unavailable")
}

// inFront recognizes the answer of what stands between here and the engine: Docker
// Desktop, whose engine is paused, starts or has ended, and proxies. Docker Desktop
// answers such a request with status 500 and says why, or nothing; an engine always
// gives a reason.
// Unverified: Docker publishes no list of these texts.
func inFront(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "docker desktop is ") || strings.Contains(text, "request returned 5")
}
