package sim

import (
	"fmt"
	"path"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/image"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/process"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// LabelPrefix is how the labels begin that script a single container; users set them as
// dockerLabels. Package script lists the labels.
const LabelPrefix = script.LabelPrefix

type (
	// Script is what a container does.
	Script = script.Script
	// Exit is the end of a container.
	Exit = script.Exit
	// Line is one line of output.
	Line = script.Line
	// Server answers HTTP, or datagrams, on a port.
	Server = script.Server
	// Rule applies a script to the images whose reference it matches.
	Rule = script.Rule
	// Step is a value of a load from a time on.
	Step = script.Step
	// Command is what a program of sessions does.
	Command = script.Command
	// Program is a program of sessions in Go.
	Program = process.Program
	// Process is what a Program has.
	Process = process.Process
)

// Lines makes output that a container writes to stdout when it starts.
func Lines(texts ...string) []Line { return script.Lines(texts...) }

// ruled overrides a script by the engine's rules for an image.
func (e *Engine) ruled(does Script, name string) Script {
	if len(e.rules) == 0 {
		return does
	}
	names := []string{name}
	if ref, err := image.ParseReference(name); err == nil {
		names = append(names, ref.Key(), ref.Repository, ref.Repository+":"+ref.Tag)
	}
	for _, rule := range e.rules {
		if rule.Matches(names) {
			does = does.With(rule.Script)
		}
	}
	return does
}

// scriptOf is what a container does when started now. Rules override labels,
// labels the command, the command the image's name.
func (e *Engine) scriptOf(c *container) (Script, error) {
	does, ok := script.OfCommand(c.spec.entryPoint, c.spec.command, c.environment())
	if !ok {
		does, ok = imageScript(c)
	}
	if !ok {
		does = e.opts.Default
		if does.Serve == nil {
			does.Serve = mappedPorts(c)
		}
	}
	if err := script.ApplyLabels(&does, c.labels); err != nil {
		return does, err
	}
	return e.ruled(does, c.spec.image), nil
}

// mappedPorts are the servers of a container whose image is not known: one for each port
// that its definition maps, so that health checks of load balancers find it. AWS would run
// the image; the label no-http is for one that is to serve nothing.
func mappedPorts(c *container) (servers []Server) {
	for _, port := range c.spec.ports {
		servers = append(servers, Server{Port: port, Body: fmt.Sprintf("The simulated engine answers for %s.\n", c.spec.image)})
	}
	return servers
}

// imageScript is what a container does because of its image's name, when its
// command says nothing:
//
//	sim/<program>:<argument>   as the command [program, argument]: "sim/sleep:5s",
//	                           "sim/exit:1", "sim/serve:8080", "sim/ignore-term"
//	nginx, httpd, caddy        serve HTTP on port 80; so do names such as
//	                           "registry.example.com/team/nginx:1.29"
//	hello-world                says hello and exits 0
func imageScript(c *container) (Script, bool) {
	ref, err := image.ParseReference(c.spec.image)
	if err != nil {
		return Script{}, false
	}
	if name, ok := strings.CutPrefix(ref.Repository, "sim/"); ok {
		words := []string{name}
		if ref.Tag != "latest" {
			words = append(words, ref.Tag)
		}
		return script.Run(words, c.environment())
	}
	switch name := path.Base(ref.Repository); name {
	case "nginx", "httpd", "caddy":
		return Script{Serve: []Server{{Port: 80, Body: fmt.Sprintf("Welcome to %s!\n", name)}}}, true
	case "hello-world":
		does := script.Exits(0, 0)
		does.Logs = Lines("", "Hello from the simulated engine!", "")
		return does, true
	}
	return Script{}, false
}
