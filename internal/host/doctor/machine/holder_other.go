//go:build !linux

package machine

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// Holder is not seen here.
func Holder(netip.AddrPort) doctor.Holder { return doctor.Holder{} }
