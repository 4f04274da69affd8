package consolepages

import (
	"sync"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/definitions"
	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// mostChecks is how many definitions the findings are kept of: a page asks again with each change that it shows.
const mostChecks = 64

// checks tell what check finds, once for each definition. The zero value is ready, but for its options.
type checks struct {
	check.Options

	mu    sync.Mutex
	known map[string][]definitions.Finding // by the definition
}

// of tells what check finds of a request for RegisterTaskDefinition.
func (c *checks) of(registration []byte) []definitions.Finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.known[string(registration)]; ok {
		return found
	}
	o := c.Options
	o.Operation = "RegisterTaskDefinition"
	found := []definitions.Finding{}
	for _, f := range o.Files([]check.File{{Name: "definition.json", Text: registration}}) {
		found = append(found, definitions.Finding{Line: f.Line, Member: f.Member, Effect: string(f.Effect), Operation: f.Operation, Message: f.Message, Hint: f.Hint})
	}
	if c.known == nil || len(c.known) == mostChecks {
		c.known = map[string][]definitions.Finding{}
	}
	c.known[string(registration)] = found
	return found
}
