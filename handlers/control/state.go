package control

// State is how the data directory is, where there is one.
type State struct {
	Status StateStatus `json:"status"`
	// Reason is why nothing can be written.
	Reason string `json:"reason,omitempty"`
}

// StateStatus says whether changes can be written down.
type StateStatus string

// Values of StateStatus.
const (
	StateReady      StateStatus = "ready"
	StateUnwritable StateStatus = "unwritable"
	// StateFull: the disk of log events is full, and the oldest make room for new ones.
	StateFull StateStatus = "full"
)
