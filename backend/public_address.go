package backend

import (
	"context"
	"net/netip"
)

// PublicAddresser is implemented by engines whose host can lead addresses to sandboxes that
// these do not have themselves.
type PublicAddresser interface {
	// ClaimPublicAddresses returns those of some ranges that lead nowhere yet on the engine's
	// host. Their addresses are this Engine's until Close, and nobody else can claim any. The
	// error says why the host can lead none; [ErrUnavailable] is not returned.
	ClaimPublicAddresses(ctx context.Context, ranges []netip.Prefix) (free []netip.Prefix, err error)
	// SetPublicAddress has such an address lead to a running sandbox, which takes what comes
	// there as if it came to its own: from the host, from sandboxes on its network, and from
	// itself. That ends when the sandbox is removed; a sandbox that starts again begins
	// without. What is said twice is harmless. It returns [ErrNoSandbox] for a sandbox that
	// does not run, and [ErrAddressInUse] when the address leads elsewhere.
	SetPublicAddress(ctx context.Context, sandboxID string, address netip.Addr) error
}
