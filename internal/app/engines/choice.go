package engines

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
)

// Choice is which engine to open.
type Choice struct {
	Place
	// Wait starts the emulator although the engine does not answer: its state is
	// there, and goes on when the engine is.
	Wait bool
}

// FallBack takes the simulation when Docker does not answer.
func (c Choice) FallBack() bool { return c.Kind == Auto }

// Choose decides which engine to open: the one that Options.Engine asks for, but never another than the one that the state
// belongs to. Of an engine with a name the id alone decides that, which it tells when it answers: it may have another address.
func Choose(asked Place, known *enginerecord.Record) (Choice, error) {
	c := Choice{Place: asked, Wait: known != nil}
	if known == nil {
		return c, nil
	}
	other := asked.Kind != Auto && string(asked.Kind) != known.Kind
	if other || asked.Name == "" && asked.Host != "" && asked.Host != known.Host {
		return c, fmt.Errorf("the data directory belongs to the engine %s, not to %s: --new-engine goes on without the tasks that run there", known, asked)
	}
	c.Kind = Kind(known.Kind)
	if c.Host == "" {
		c.Host = known.Host
	}
	return c, nil
}
