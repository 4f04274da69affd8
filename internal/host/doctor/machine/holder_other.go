//go:build !linux

package machine

import "github.com/ecs-emulator/ecs-emulator/internal/host/doctor"

// Holder is not seen here.
func Holder(uint16) doctor.Holder { return doctor.Holder{} }
