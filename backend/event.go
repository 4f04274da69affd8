package backend

import "time"

// EventKind is one of the constants below.
type EventKind string

// Event kinds. Only ContainerDied carries ExitCode, only HealthChanged Health.
const (
	Resync           EventKind = "resync"
	Disconnected     EventKind = "disconnected"
	ContainerStarted EventKind = "started"
	ContainerDied    EventKind = "died"
	HealthChanged    EventKind = "health"
	// NetworkLost says that a running sandbox was taken off its network: it has
	// no address there any more. An engine MAY leave it out, of which a look at the
	// sandbox tells as well.
	NetworkLost EventKind = "network-lost"
)

// Event tells that a container changed. The receiver inspects it for the rest:
// an event may be late, but never wrong about what had happened at Time.
type Event struct {
	Kind        EventKind
	ContainerID string
	ExitCode    int
	Health      Health
	Time        time.Time // the engine's clock
	Err         error     // Disconnected: why
}
