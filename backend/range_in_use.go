package backend

import (
	"context"
	"net/netip"
)

// RangeChecker is implemented by engines that can tell beforehand whether a network may
// have a range of addresses.
type RangeChecker interface {
	// RangeInUse returns nil where no network of the engine, and nothing of its host, has
	// part of a range; an error that names who has and is [ErrAddressInUse]; or why the
	// engine cannot tell.
	RangeInUse(ctx context.Context, cidr netip.Prefix) error
}
