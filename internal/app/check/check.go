// Package check tells what the emulator would refuse of definitions in files, and what would have
// no effect, before anything runs:
//
//	findings := check.Options{}.Files([]check.File{{Name: "web.json", Text: text}})
//
// It asks the API itself, which has an empty store and no engine, and the tables of members by which
// the API refuses. Of what a request refers to, it takes everything to be there.
package check

import (
	"cmp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Options are what the emulator is started with, as far as it decides what is refused. The zero
// value is an emulator without flags.
type Options struct {
	// Operation is the operation of files which do not say theirs: "RunTask". Empty: it follows from the
	// members.
	Operation string
	// DefaultLaunchType is used where nothing names one. Empty is EC2.
	DefaultLaunchType types.LaunchType
	// HostPaths are the paths of the engine's host that tasks may mount.
	HostPaths taskdef.HostPaths
	// FileSystems are folders of that host which tasks have as file systems.
	FileSystems []string
	// AllowPrivileged runs containers that have rights on the engine's host.
	AllowPrivileged bool
	// Upstream says that requests for services that the emulator does not have go elsewhere.
	Upstream bool
}

// File is a file to check. Err is why it could not be read.
type File struct {
	Name string
	Text []byte
	Err  error
}

// Effect is what a finding is about.
type Effect string

const (
	Unreadable Effect = "unreadable" // the file or a part of it cannot be checked
	Refused    Effect = "refused"
	Stops      Effect = "stops" // it is taken, and its tasks stop before they run
	NoEffect   Effect = "no effect"
	Unchecked  Effect = "unchecked" // whether it would be refused depends on what is not known
)

// Finding is something about a file.
type Finding struct {
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`     // from 1; 0 in a Terraform plan
	Resource string `json:"resource,omitempty"` // its address in a Terraform plan, or its logical id in a template
	// Member is the path of the member in the request: "containerDefinitions[0].image". Empty: the
	// whole.
	Member string `json:"member,omitempty"`
	Effect Effect `json:"effect"`
	// Operation is the one that refuses, which for members of a task definition may be the RunTask
	// that uses it.
	Operation string `json:"operation,omitempty"`
	Code      string `json:"code,omitempty"` // of the API's refusal
	Message   string `json:"message"`
	Hint      string `json:"hint,omitempty"`
}

// Files checks files together: what one of them refers to may be in another one. The findings come
// in the order of the files, and of the lines.
func (o Options) Files(files []File) []Finding {
	c := o.checker()
	for i, f := range files {
		c.order[f.Name] = i
		c.read(f)
	}
	return c.found()
}

func (o Options) checker() *checker {
	return &checker{options: o, operations: operations(), definitions: map[string]*definition{}, clusters: map[string]*node{}, order: map[string]int{}, told: map[Finding]bool{}}
}

// found checks what has been read.
func (c *checker) found() []Finding {
	c.check()
	sorting.By(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(c.order[a.File], c.order[b.File]), cmp.Compare(a.Line, b.Line))
	})
	return c.findings
}

type checker struct {
	options     Options
	operations  map[string]operation
	order       map[string]int // of the files
	requests    []*request
	definitions map[string]*definition // that the files register, by family
	clusters    map[string]*node       // that the files make, by name
	findings    []Finding
	told        map[Finding]bool // which of them, by place and message
}

// check checks task definitions first, which services and tasks are checked with.
func (c *checker) check() {
	c.daemons()
	for _, r := range c.requests {
		switch r.operation {
		case register:
			d := &definition{request: r}
			r.defines = d
			c.definitions[r.input.string("family")] = d
		case "CreateCluster":
			if name := cmp.Or(r.input.string("clusterName"), "default"); c.clusters[name] == nil {
				c.clusters[name] = r.input
			}
		case "PutClusterCapacityProviders":
			c.clusters[r.input.string("cluster")] = r.input
		}
	}
	for _, r := range c.requests {
		r.referToCluster(c)
		r.referToNamespace()
		r.suitProviders()
		r.referToProviders()
	}
	for _, r := range c.requests {
		r.refer(c)
	}
	c.suit()
	for _, r := range c.requests {
		if r.defines != nil {
			c.definition(r.defines)
		}
	}
	for _, r := range c.requests {
		if r.defines == nil {
			c.request(r)
		}
	}
}

// asProperty is the path of a member as CloudFormation has it: ContainerDefinitions[0].Image.
func asProperty(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		if part != "" {
			parts[i] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, ".")
}

// add adds a finding about a place of a request, nil for the whole.
func (c *checker) add(r *request, p *place, f Finding) {
	if p != nil && p.open() {
		return
	}
	f.File, f.Resource = r.file, r.resource
	if f.Line = r.input.line; p != nil {
		f.Member, f.Line = cmp.Or(f.Member, r.path(p.node)), p.line
	}
	if r.resource != "" && !r.ofTemplate {
		f.Line = 0
	}
	if r.ofTemplate {
		f.Member = asProperty(f.Member)
	}
	about := f
	about.Effect, about.Operation, about.Code, about.Hint = "", "", "", ""
	if !c.told[about] {
		c.told[about] = true
		c.findings = append(c.findings, f)
	}
}
