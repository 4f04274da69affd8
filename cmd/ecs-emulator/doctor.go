package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/doctor"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

var doctorCommand = subcommand{
	name:    "doctor",
	summary: "show why Docker does not play along; exit code 3 or 1 if so",
	examples: []example{
		{"ecs-emulator doctor", "check the engine, networks, ports, disks and variables of this machine"},
		{"ecs-emulator doctor --fix", "also ask whether to remove what dead emulators left"},
		{"ecs-emulator doctor --engine tcp://10.0.0.7:2376 --json", "of another engine, as JSON"},
	},
	declare: declareDoctor,
}

// declareDoctor examines this machine and a container engine. No emulator need run.
func declareDoctor(flags *flagSet) action {
	c := doctor.Command{Version: version, Stdin: os.Stdin}
	flags.Var(newPlaces(&c.Engine, "docker"), "engine", "`where` containers run, as serve has it: docker, sim, auto (Docker if it answers, else sim), context:NAME, a Docker engine's URL, or name=where of each of several")
	flags.suggest("engine", "docker", "sim", "auto")
	endpoint := endpointFlag(flags)
	flags.BoolVar(&c.Fix, "fix", false, "list what dead owners left on the engine, and remove it if you agree")
	flags.BoolVar(&c.JSON, "json", false, "print the checks as JSON")
	flags.group("As serve has them", func() {
		flags.StringVar(&c.Listen, "listen", "127.0.0.1:4577", "`address` of the endpoint")
		flags.StringVar(&c.DataDir, "data-dir", "", "`directory` that keeps state across restarts")
		flags.StringVar(&c.Programs, "programs", "", "`directory` of the programs that Docker runs beside tasks, if this build does not embed them")
		flags.TextVar(&c.VPC, "vpc-cidr", netip.Prefix{}, "`range` of the default VPC, a /16 (default 172.31.0.0/16, or the next one that is free)")
		flags.TextVar(&c.Instance, "instance-cidr", netip.Prefix{}, "`range` of the bridge networks of container instances (default 198.18.0.0/15)")
	})
	return func(ctx context.Context, _ []string, stdout, _ io.Writer) error {
		_, isTerminal := terminal.Of(stdout)
		switch {
		case c.Fix && c.JSON:
			return usageError{errors.New("--fix asks, and --json prints only what is found")}
		case c.Fix && !(isTerminal && terminal.Is(c.Stdin)):
			return usageError{errors.New("--fix asks before it removes anything, and needs a terminal; 'ecs-emulator prune --dead' removes the same without asking")}
		}
		c.Endpoint = *endpoint
		flags.Visit(func(one *flag.Flag) { c.Named = c.Named || one.Name == "endpoint" })
		c.Named = c.Named || c.Endpoint != "http://127.0.0.1:4577"
		c.Check = func(ctx context.Context, name string) (diagnosis.Check, error) { return checkOf(ctx, c.Endpoint, name) }
		var listed []string
		c.Dead = func(ctx context.Context) (lines []string, err error) {
			listed, lines, err = deadOwners(ctx, c.Engine)
			return lines, err
		}
		c.Prune = func(ctx context.Context, stdout io.Writer) error {
			// Another emulator may have removed some meanwhile, and the user has not seen what has died since.
			dead, _, err := deadOwners(ctx, c.Engine)
			dead = slices.DeleteFunc(dead, func(id string) bool { return !slices.Contains(listed, id) })
			if err != nil || len(dead) == 0 {
				return err
			}
			return prune(ctx, emulator.PruneOptions{Engine: c.Engine, Owners: dead}, stdout)
		}
		ctx, stop := untilInterrupted(ctx)
		defer stop()
		code, err := c.Run(ctx, stdout)
		if err == nil && code != 0 { // the checks have said why
			err = exitError{code: code}
		}
		return err
	}
}

// checkOf has a running emulator make a check.
func checkOf(ctx context.Context, endpoint, name string) (diagnosis.Check, error) {
	var report diagnosis.Report
	if err := askJSON(ctx, http.MethodGet, endpoint, "doctor", url.Values{"check": {name}}, &report); err != nil {
		return diagnosis.Check{}, err
	}
	check, found := report.Find(name)
	if !found {
		return check, fmt.Errorf("the emulator at %s does not have the check %s", endpoint, name)
	}
	return check, nil
}

// deadOwners has the id of each dead owner that has something which --fix removes, and a line about it.
func deadOwners(ctx context.Context, engine string) (ids, lines []string, err error) {
	owners, err := emulator.Owners(ctx, engine)
	for _, o := range owners {
		if o.State == emulator.OwnerDead && o.Containers+o.Networks+o.Volumes > 0 {
			ids = append(ids, o.ID)
			lines = append(lines, fmt.Sprintf("owner %s: %s, %s, %s", o.ID, counted(o.Containers, "container"), counted(o.Networks, "network"), counted(o.Volumes, "volume")))
		}
	}
	return ids, lines, err
}
