package enginerecord

import (
	"fmt"
	"strings"
)

// Choice is which engine to open.
type Choice struct {
	Kind string // docker or sim
	Host string // of Docker; empty is what the docker command would use
	// FallBack takes the simulation when Docker does not answer.
	FallBack bool
	// Wait starts the emulator although the engine does not answer: its state is
	// there, and goes on when the engine is.
	Wait bool
}

// Choose decides which engine to open: the one that Options.Engine asks for, but never another
// than the one that the state belongs to.
func Choose(asked string, known *Record) (Choice, error) {
	var c Choice
	switch {
	case asked == "sim":
		c.Kind = "sim"
	case asked == "docker":
		c.Kind = "docker"
	case asked == "auto":
		c = Choice{Kind: "docker", FallBack: true}
	case strings.Contains(asked, "://"):
		c = Choice{Kind: "docker", Host: asked}
	default:
		return c, fmt.Errorf("engine %q is none of auto, docker, sim and an engine's URL (unix://, tcp://, ssh://)", asked)
	}
	if known == nil {
		return c, nil
	}
	if asked != "auto" && c.Kind != known.Kind || c.Host != "" && c.Host != known.Host {
		return c, fmt.Errorf("the data directory belongs to the engine %s, not to %s: --new-engine goes on without the tasks that run there", known, asked)
	}
	return Choice{Kind: known.Kind, Host: known.Host, Wait: true}, nil
}
