package backend

import (
	"context"
	"net"
)

// RegistryHost is implemented by engines that pull images from this process. Engines speak plain HTTP to the loopback
// address of their own host alone, which need not be this process's.
type RegistryHost interface {
	// LogIn has the engine ask a registry, such as 127.0.0.1:4577, with a login, and returns why that failed.
	LogIn(ctx context.Context, address string, login RegistryAuth) error
	// ListenRegistry returns the listener of what connects to RegistryPort. Before that is made, needed says which port is
	// best, or 0 where the engine reaches this process's own. There is one listener at a time.
	ListenRegistry(needed func(context.Context) (port uint16)) net.Listener
	// RegistryPort is the port of the loopback address of the engine's host that leads to ListenRegistry, over the relay of
	// the engine, which is made if need be. It is 0 if there is none, and another one when the relay did not get it again.
	RegistryPort(ctx context.Context) (uint16, error)
}
