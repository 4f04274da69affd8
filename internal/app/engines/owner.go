package engines

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
)

// owner is who owns what a run has, on all its engines, which are opened side by side.
type owner struct {
	dataDir string

	mu   sync.Mutex
	name string // empty: not asked for yet
}

// get is its name.
func (o *owner) get() (name string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.name == "" {
		o.name, err = enginerecord.Owner(o.dataDir)
	}
	return o.name, err
}

// forget has the next engine that is opened be another owner's.
func (o *owner) forget() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.name = ""
	return enginerecord.ForgetOwner(o.dataDir)
}
