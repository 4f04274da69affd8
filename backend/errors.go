package backend

import "errors"

// Errors that callers tell apart with errors.Is. All else is the engine's own
// text and belongs in a container's reason.
var (
	// ErrNotFound: no such container, image or network.
	ErrNotFound = errors.New("not found")
	// ErrUnavailable: the engine cannot be reached; try again later.
	ErrUnavailable = errors.New("container engine unavailable")
	// ErrAddressInUse: the sandbox's address is taken on the network.
	ErrAddressInUse = errors.New("address in use")
)
