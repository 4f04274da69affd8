package sim

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/logbuffer"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/logrouter"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

func (e *Engine) write(c *container, stderr bool, text string) {
	c.output().Add(logbuffer.Line{At: e.clock.Now(), Stderr: stderr, Text: text})
	if c.spec != nil {
		e.sockets.Send(c.spec.sends, stderr, text)
	}
}

// prepare gives a new container its files, and its place on the way of lines to a log router.
func (e *Engine) prepare(c *container, spec backend.ContainerSpec) {
	c.spec.mounts = append(c.spec.mounts, c.disk().hiding(spec.Files)...)
	c.disk().put(spec.Files)
	c.spec.sends = logrouter.NewSender(spec.Log, c.id, c.name)
	if r := c.spec.router; r != nil {
		r.Print = func(line string) { c.output().Add(logbuffer.Line{At: e.clock.Now(), Text: line}) }
	}
}

func (c *container) output() *logbuffer.Buffer {
	if c.log == nil {
		c.log = logbuffer.New(script.MaxLines)
	}
	return c.log
}

// output writes lines to the log of a container.
type output struct {
	engine *Engine
	of     *container
}

func (o output) Write(text []byte) (int, error) {
	o.engine.mu.Lock()
	defer o.engine.mu.Unlock()
	for line := range strings.Lines(string(text)) {
		o.engine.write(o.of, false, strings.TrimSuffix(line, "\n"))
	}
	return len(text), nil
}
