// Package doctor shows why Docker does not play along: it examines this machine and its container engine, tells each check,
// and removes on demand what dead emulators have left.
package doctor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials/profile"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/examination"
)

// Command is what to examine, and what to do about it.
type Command struct {
	Engine   string // where containers run, as serve has it
	Endpoint string // of the emulator, which may not run
	Named    bool   // the user has named the endpoint
	Version  string // of this program

	// As serve has them.
	Listen, DataDir, Programs string
	VPC, Instance             netip.Prefix

	JSON, Fix bool
	// Check is a check that the emulator at the endpoint makes itself.
	Check func(ctx context.Context, name string) (diagnosis.Check, error)
	// Dead lists what dead owners have on Engine, a line for each; Prune removes it, and says so.
	Dead  func(ctx context.Context) ([]string, error)
	Prune func(ctx context.Context, stdout io.Writer) error
	Stdin *os.File

	choices []engines.Choice // the engines to examine
}

// codes are the exit codes of what was found.
var codes = map[diagnosis.Status]int{diagnosis.OK: 0, diagnosis.Degraded: 3, diagnosis.Broken: 1}

// Run examines, and repairs if it is to. The exit code is 0 if all is well, 3 if something does not work, and 1 if no task can run.
func (c *Command) Run(ctx context.Context, stdout io.Writer) (exitCode int, err error) {
	o, err := c.options()
	if err != nil {
		return 0, err
	}
	screen, isTerminal := terminal.Of(stdout)
	if !isTerminal {
		screen.Width = 0
	}
	if !c.JSON {
		o.Tell = func(check diagnosis.Check) { _, _ = io.WriteString(stdout, render(check, screen)) }
	}
	report := engines.Examine(ctx, o, c.choices, c.Programs)
	switch {
	case ctx.Err() != nil:
		return 0, errors.New("interrupted")
	case c.JSON:
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		return codes[report.Status], out.Encode(report)
	case c.Fix:
		if report, err = c.fix(ctx, o, report, stdout); err != nil {
			return 0, err
		}
	}
	_, err = fmt.Fprintln(stdout, summary(report))
	return codes[report.Status], err
}

// options say what to examine. A data directory belongs to an engine.
func (c *Command) options() (o examination.Options, err error) {
	known, err := enginerecord.Read(c.DataDir)
	if err != nil {
		return o, err
	}
	places, err := engines.Parse(c.Engine)
	if err != nil {
		return o, err
	}
	for _, place := range places {
		choice, err := engines.Choose(place, enginerecord.Of(known, place.Name))
		if err != nil {
			return o, err
		}
		c.choices = append(c.choices, choice)
	}
	o = examination.Options{
		Listen: c.Listen, Endpoint: c.Endpoint, Named: c.Named, VPC: c.VPC, Instance: c.Instance, State: c.DataDir,
		Variables: os.Environ(), Real: profile.IsReal, Version: c.Version,
		Ports: func(ctx context.Context) (diagnosis.Check, error) { return c.Check(ctx, "ports") },
	}
	if host := c.choices[0].Host; host != "" && len(places) == 1 {
		c.Engine = host // fix repairs the one that is examined
	}
	return o, nil
}

// fix removes what dead owners have, if the user agrees, and looks again at what is left.
func (c *Command) fix(ctx context.Context, o examination.Options, before diagnosis.Report, stdout io.Writer) (diagnosis.Report, error) {
	if c.choices[0].Kind == engines.Sim {
		fmt.Fprintln(stdout, "nothing to remove: the simulated engine keeps nothing")
		return before, nil
	}
	dead, err := c.Dead(ctx)
	if err != nil {
		return before, err
	}
	if len(dead) == 0 {
		fmt.Fprintln(stdout, "nothing to remove: no dead owner has anything on the engine")
		return before, nil
	}
	fmt.Fprintf(stdout, "Dead owners, which never come back, have on the engine:\n  %s\n", strings.Join(dead, "\n  "))
	agreed, err := c.agreed(ctx, stdout)
	if err != nil || !agreed {
		return before, err
	}
	if err := c.Prune(ctx, stdout); err != nil {
		return before, err
	}
	o.Only, o.Tell = []string{"leftovers"}, nil
	after := engines.Examine(ctx, o, c.choices, c.Programs)
	for i, check := range before.Checks {
		if now, again := after.Find(check.Name); again {
			before.Checks[i] = now
		}
	}
	return diagnosis.Of(before.Checks), nil
}

// agreed asks the user. Anything but a yes is a no.
func (c *Command) agreed(ctx context.Context, stdout io.Writer) (bool, error) {
	fmt.Fprint(stdout, "Remove that? [y/N] ")
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(c.Stdin).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case said := <-answer:
		if said != "y" && said != "yes" {
			fmt.Fprintln(stdout, "nothing was removed")
			return false, nil
		}
		return true, nil
	case <-ctx.Done():
		fmt.Fprintln(stdout)
		return false, errors.New("interrupted: nothing was removed")
	}
}
