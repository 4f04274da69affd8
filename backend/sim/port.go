package sim

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// server is what a script serves on a port.
func (s *Script) server(port int) Server {
	var catchAll Server
	for _, server := range s.Serve {
		switch server.Port {
		case port:
			return server
		case 0:
			catchAll = server
		}
	}
	return catchAll
}

// server is the container that serves a port of the sandbox; nil if none does.
func (b *sandbox) server(port int) *container {
	if b.self.state != backend.Running {
		return nil
	}
	if c := b.ports[port]; c != nil {
		return c
	}
	if len(b.catchAll) > 0 {
		return b.catchAll[0]
	}
	return nil
}

// listen takes the ports of a container that starts. If another container has
// one, it takes none and returns that one.
func (e *Engine) listen(c *container) (port int, ok bool) {
	box := c.box
	for _, server := range c.script.Serve {
		if server.Port != 0 && box.ports[server.Port] != nil {
			return server.Port, false
		}
	}
	for _, server := range c.script.Serve {
		if server.Port == 0 {
			box.catchAll = append(box.catchAll, c)
			continue
		}
		if box.ports == nil {
			box.ports = map[int]*container{}
		}
		box.ports[server.Port] = c
	}
	e.portsChanged(c)
	return 0, true
}

// unlisten gives up what a container that ended has of its sandbox.
func (e *Engine) unlisten(c *container) {
	box, isIt := c.box, func(other *container) bool { return other == c }
	for _, server := range c.script.Serve {
		if box.ports[server.Port] == c {
			delete(box.ports, server.Port)
		}
	}
	box.catchAll = slices.DeleteFunc(box.catchAll, isIt)
	box.checkers = slices.DeleteFunc(box.checkers, isIt)
	e.portsChanged(c)
}

// portsChanged has the health checks look again that hang on a port.
func (e *Engine) portsChanged(c *container) {
	if len(c.script.Serve) == 0 {
		return
	}
	for _, checker := range c.box.checkers {
		e.armProbe(checker)
	}
}
