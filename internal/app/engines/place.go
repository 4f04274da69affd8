package engines

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/go-units"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Kind says what an engine is.
type Kind string

// Values of Kind.
const (
	Docker Kind = "docker"
	Sim    Kind = "sim"
	Auto   Kind = "auto" // Docker if it answers, else the simulation
)

// Place is where an engine is, as a user says it.
type Place struct {
	// Name is empty for the one engine without a name.
	Name string
	Kind Kind
	// Host is where Docker is: unix://, tcp://, ssh://, or context:NAME of the docker command. Empty is what that
	// command would use.
	Host string
	// CPUs, Memory in bytes and Architecture are of the simulation. Zero is as it has them.
	CPUs         int
	Memory       int64
	Architecture string
}

// String is a place as a user says it, but for a size.
func (p Place) String() string {
	where := cmp.Or(p.Host, string(p.Kind))
	if p.Name == "" {
		return where
	}
	return p.Name + "=" + where
}

// Command is the docker command that reaches the engine; empty where none does.
func (p Place) Command() string {
	name, context := strings.CutPrefix(p.Host, docker.ContextPrefix)
	switch {
	case p.Kind != Docker:
		return ""
	case context:
		return "docker --context " + name
	case p.Host != "":
		return "docker --host " + p.Host
	}
	return "docker"
}

// nameForm is the form of names, which stand in texts, labels and rows.
var nameForm = lazyregexp.New(`^[a-z][a-z0-9-]{0,31}$`)

// schemes are what URLs of Docker engines begin with.
var schemes = []string{"unix", "tcp", "ssh", "npipe", "http", "https"}

// Parse reads the text of Options.Engine: one place without a name, or NAME=WHERE, several of them separated by commas. An
// error is one line that says what is wrong, and with which engine.
func Parse(text string) ([]Place, error) {
	var all []Place
	parts := strings.Split(text, ",")
	for i, each := range parts {
		each = strings.TrimSpace(each)
		if each == "" {
			return nil, missing(text, parts, i)
		}
		place, err := parsePlace(each)
		if err != nil {
			return nil, err
		}
		all = append(all, place)
	}
	if err := checkPlaces(all); err != nil {
		return nil, err
	}
	return all, nil
}

// missing says where a text between commas names no engine.
func missing(text string, parts []string, at int) error {
	where := "before the first comma"
	switch {
	case len(parts) == 1:
		return errors.New("no engine is named: say auto, docker, sim[:CPUS[:MEMORY[:ARCH]]], context:NAME or an engine's URL (unix://, tcp://, ssh://)")
	case at == len(parts)-1:
		where = "behind the last comma"
	case at > 0:
		where = fmt.Sprintf("between commas %d and %d", at, at+1)
	}
	return fmt.Errorf("engines %q: %s no engine is named: write NAME=WHERE there, or remove the comma", text, where)
}

// Named reports whether there are engines with names: then rows and answers say on which one something is.
func Named(places []Place) bool { return len(places) > 0 && places[0].Name != "" }

func names(places []Place) (all []string) {
	for _, p := range places {
		all = append(all, p.Name)
	}
	return all
}

func parsePlace(text string) (p Place, err error) {
	where := text
	if name, rest, named := strings.Cut(text, "="); named && !strings.Contains(name, "://") {
		if !nameForm.MatchString(name) {
			return p, fmt.Errorf("%q is not a name of an engine: use lower-case letters, digits and hyphens, a letter first, 32 at most", name)
		}
		p.Name, where = name, strings.TrimSpace(rest)
		if where == "" {
			return p, fmt.Errorf("engine %s has no place: write %[1]s=docker, %[1]s=sim, %[1]s=context:NAME or the URL of a Docker engine (unix://, tcp://, ssh://)", name)
		}
	}
	scheme, rest, isURL := strings.Cut(where, "://")
	kind, size, _ := strings.Cut(where, ":")
	switch {
	case isURL && p.Name == "": // the client of Docker knows which there are
		p.Kind, p.Host = Docker, where
	case isURL && (!slices.Contains(schemes, scheme) || rest == ""):
		return p, fmt.Errorf("engine %s: %q is not the URL of a Docker engine: use unix://, tcp:// or ssh://", p.Name, where)
	case isURL:
		p.Kind, p.Host = Docker, where
	case where == "docker":
		p.Kind = Docker
	case where == "auto" && p.Name != "":
		return p, fmt.Errorf("engine %s: auto is for one engine without a name: say docker, sim, context:NAME or a URL", p.Name)
	case where == "auto":
		p.Kind = Auto
	case strings.HasPrefix(where, docker.ContextPrefix):
		if where == docker.ContextPrefix {
			return p, fmt.Errorf("engine %q names no context of the docker command: 'docker context ls' lists them", text)
		}
		p.Kind, p.Host = Docker, where
	case kind == "sim":
		p.Kind = Sim
		err = p.parseSize(text, size, where != kind)
	default:
		err = fmt.Errorf("engine %q is none of auto, docker, sim[:CPUS[:MEMORY[:ARCH]]], context:NAME and an engine's URL (unix://, tcp://, ssh://)", text)
	}
	return p, err
}

// parseSize reads CPUS[:MEMORY[:ARCH]] of a simulated engine.
func (p *Place) parseSize(text, size string, given bool) (err error) {
	if !given {
		return nil
	}
	parts := strings.Split(size, ":")
	if len(parts) > 3 {
		return fmt.Errorf("engine %q says more than sim:CPUS:MEMORY:ARCH", text)
	}
	if p.CPUs, err = strconv.Atoi(parts[0]); err != nil || p.CPUs < 1 || p.CPUs > mostCPUs {
		return fmt.Errorf("engine %q: %q is not a number of CPUs from 1 to %d", text, parts[0], mostCPUs)
	}
	if len(parts) > 1 {
		if p.Memory, err = units.RAMInBytes(parts[1]); err != nil || p.Memory < leastMemory {
			return fmt.Errorf("engine %q: %q is not a size of memory such as 8GiB, and 4MiB at least", text, parts[1])
		}
	}
	if len(parts) > 2 {
		if p.Architecture = parts[2]; p.Architecture != "amd64" && p.Architecture != "arm64" {
			return fmt.Errorf("engine %q: %q is not an architecture: use amd64 or arm64", text, parts[2])
		}
	}
	return nil
}

const (
	mostCPUs = 4096
	// leastMemory is what Docker demands of a container.
	leastMemory = 4 << 20
)

// checkPlaces refuses places that cannot be used side by side.
func checkPlaces(all []Place) error {
	names, hosts := map[string]bool{}, map[string]string{}
	for _, p := range all {
		switch {
		case p.Name == "" && len(all) > 1:
			return fmt.Errorf("engine %q has no name beside others, and each of several needs one: write NAME=%[1]s", p)
		case names[p.Name]:
			return fmt.Errorf("engine %s is named twice: give each engine a name of its own", p.Name)
		case p.Kind != all[0].Kind:
			return fmt.Errorf("engine %s and engine %s cannot share VPCs: one is simulated and the other is Docker", all[0], p)
		}
		names[p.Name] = true
		if p.Kind != Docker {
			continue
		}
		if other, taken := hosts[p.Host]; taken {
			return fmt.Errorf("engines %s and %s are one: both are at %s", other, p.Name, cmp.Or(p.Host, "docker"))
		}
		hosts[p.Host] = p.Name
	}
	return nil
}

// errBackend refuses names for an engine that is given as a value.
var errBackend = errors.New("Options.Backend is one engine: Options.Engine cannot name engines beside it")

// CheckBackend refuses places beside an engine that the caller has opened.
func CheckBackend(places []Place) error {
	if Named(places) {
		return errBackend
	}
	return nil
}
