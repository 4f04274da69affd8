package control

import (
	"slices"
	"strings"
	"time"
)

// EngineStatus says whether an engine can be used.
type EngineStatus string

// Values of EngineStatus.
const (
	EngineReady       EngineStatus = "ready"
	EngineUnavailable EngineStatus = "unavailable"
	// EngineLost is one that has not answered for so long that its tasks have been ended.
	EngineLost EngineStatus = "lost"
	// EngineRefused is another one than the state belongs to.
	EngineRefused EngineStatus = "refused"
)

// EngineState is how one of the container engines is.
type EngineState struct {
	Name         string       `json:"name"` // empty for the one engine without a name
	Kind         string       `json:"kind"` // docker or sim
	Version      string       `json:"version"`
	Architecture string       `json:"architecture"` // amd64 or arm64
	Address      string       `json:"address"`      // unix:///var/run/docker.sock; empty for the simulation
	Status       EngineStatus `json:"status"`
	// Swarm is what the engine is in the swarm of several Docker engines: manager or worker.
	Swarm              string `json:"swarm"`
	CPUs               int    `json:"cpus"`
	Memory             int64  `json:"memory"` // bytes
	Tasks              int    `json:"tasks"`  // that have not stopped
	ContainerInstances int    `json:"containerInstances"`
	// LastError is why it is not ready.
	LastError        string     `json:"lastError,omitempty"`
	UnavailableSince *time.Time `json:"unavailableSince,omitempty"` // by the emulator's clock

	// NetworkError is why its tasks have no network.
	NetworkError string `json:"-"`
}

func (e EngineState) usable() bool { return e.Status == EngineReady && e.NetworkError == "" }

// named says which engine a text is about, where there are several.
func (e EngineState) named(text string) string {
	if e.Name == "" {
		return text
	}
	return strings.TrimSuffix("engine "+e.Name+": "+text, ": ")
}

// Trouble says why no task can run on any engine; it is empty if some can. Engines of a swarm need one that manages it.
func Trouble(engines []EngineState) string {
	if len(engines) == 0 {
		return ""
	}
	if slices.ContainsFunc(engines, func(e EngineState) bool { return e.Swarm != "" }) &&
		!slices.ContainsFunc(engines, func(e EngineState) bool { return e.Swarm == "manager" && e.Status == EngineReady }) {
		return "the swarm has no manager that answers"
	}
	var all []string
	for _, e := range engines {
		switch {
		case e.usable():
			return ""
		case e.Status == EngineReady:
			all = append(all, e.named(e.NetworkError))
		case e.LastError != "":
			all = append(all, e.named(e.LastError))
		default:
			all = append(all, e.named(string(e.Status)))
		}
	}
	return strings.Join(all, "; ")
}
