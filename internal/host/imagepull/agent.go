package imagepull

import "sync"

// Behavior is the agent's ECS_IMAGE_PULL_BEHAVIOR.
type Behavior string

// Pull behaviours. Source: ECS container agent configuration; that an image found
// locally is not pulled by default is the emulator's choice, because it must work
// without a registry.
const (
	PreferCached Behavior = "prefer-cached" // pull what is absent
	Always       Behavior = "always"        // pull; a failure is final
	Default      Behavior = "default"       // pull; fall back to a local image
	Once         Behavior = "once"          // pull each image once in this run
)

// Configured is the behaviour of an agent whose ECS_IMAGE_PULL_BEHAVIOR has a value, which need not be
// one of the four: the agent takes any other for default. Source: amazon-ecs-agent, config.
func Configured(value string) Behavior {
	switch b := Behavior(value); b {
	case PreferCached, Always, Once:
		return b
	}
	return Default
}

// Agent is the agent for whose task an image is pulled. Container instances share one engine, so
// what is local says nothing of what this instance has pulled.
type Agent struct {
	Task     string // its ARN
	Behavior Behavior
	Anew     bool // pull whatever the behaviour, which then says only what follows a failure
	Pulled   *Pulled
}

// MustPull reports whether the agent pulls an image although it is there.
func (a Agent) MustPull(ref string) bool {
	switch {
	case a.Anew:
		return true
	case a.Behavior == Once:
		return !a.Pulled.has(ref)
	}
	return a.Behavior != PreferCached
}

// note remembers what the agent has pulled, as far as it matters later.
func (a Agent) note(ref string) {
	if a.Behavior == Once {
		a.Pulled.add(ref)
	}
}

// FailureIsFinal reports whether a task stops with a container whose image cannot be pulled, although
// it could do without that container. Source: amazon-ecs-agent, task_manager.go.
func (a Agent) FailureIsFinal() bool { return a.Behavior == Always || a.Behavior == Once }

// Pulled are the images that an agent has pulled in this run, by the names in definitions. The zero value has none.
type Pulled struct {
	mu   sync.Mutex
	refs map[string]bool
}

func (p *Pulled) has(ref string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refs[ref]
}

func (p *Pulled) add(ref string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refs == nil {
		p.refs = map[string]bool{}
	}
	p.refs[ref] = true
}
