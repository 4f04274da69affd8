package backend

import "errors"

// Errors that callers tell apart with errors.Is. All else is the engine's own
// text and belongs in a container's reason.
var (
	// ErrNotFound matches every [*NotFoundError] with [errors.Is].
	ErrNotFound = errors.New("not found")
	// ErrUnavailable: the engine cannot be reached; try again later.
	ErrUnavailable = errors.New("container engine unavailable")
	// ErrNoManager stands beside ErrUnavailable where the engine itself answers, and what it shares with others cannot be
	// changed now: the swarm of several engines has no manager that answers. What needs none goes on.
	ErrNoManager = errors.New("the swarm has no manager that answers")
	// ErrAddressInUse: another container or network has the address or the range.
	ErrAddressInUse = errors.New("address in use")
	// ErrSubnetFull: no address of the subnet is free.
	ErrSubnetFull = errors.New("no free address")
	// ErrNoCapacity: the engine takes no more sandboxes.
	ErrNoCapacity = errors.New("no capacity")
	// ErrNoSandbox: the sandbox of the container does not run.
	ErrNoSandbox = errors.New("sandbox does not run")
	// ErrNotRunning: the container does not run.
	ErrNotRunning = errors.New("container does not run")
	// ErrNoExec: the container was not prepared for sessions when it was created.
	ErrNoExec = errors.New("the container has nothing to run sessions with")
	// ErrNoPlatform: an image is not there for the platform, but for others.
	ErrNoPlatform = errors.New("the image is not for this platform")
	// ErrNoFilter: the kernel of the engine cannot filter packets.
	ErrNoFilter = errors.New("packets cannot be filtered")
	// ErrNoUDP: the engine does not carry datagrams.
	ErrNoUDP = errors.New("the engine carries no datagrams")
	// ErrOutside: the way to a folder leads out of where it has to be.
	ErrOutside = errors.New("a symbolic link on the way is absolute, or leads outside")
)

// Kind is a kind of thing that an engine has.
type Kind string

// Kinds of things.
const (
	KindContainer Kind = "container" // sandboxes too
	KindImage     Kind = "image"
	KindNetwork   Kind = "network"
	KindVolume    Kind = "volume"
	KindFolder    Kind = "folder" // and files
)

// NotFoundError says what the engine does not have.
type NotFoundError struct {
	Kind Kind
	Err  error // the engine's own words
}

func (e *NotFoundError) Error() string { return e.Err.Error() }

// Is makes every NotFoundError an [ErrNotFound].
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

func (e *NotFoundError) Unwrap() error { return e.Err }

// Missing reports whether err says that the engine lacks something of a kind.
func Missing(err error, kind Kind) bool {
	var missing *NotFoundError
	return errors.As(err, &missing) && missing.Kind == kind
}
