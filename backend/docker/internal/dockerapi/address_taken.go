package dockerapi

import (
	"strings"

	cerrdefs "github.com/containerd/errdefs"
)

// AddressTaken recognizes the engine's words for an address that is taken, or that may not
// be chosen.
func AddressTaken(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "address already in use") || strings.Contains(text, "user configured subnets") ||
		strings.Contains(text, "already allocated") || strings.Contains(text, "invalid address") || cerrdefs.IsInvalidArgument(err)
}
