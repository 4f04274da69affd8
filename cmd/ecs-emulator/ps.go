package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/ps"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
)

var psCommand = subcommand{
	name:    "ps",
	summary: "show what runs; exit code 3 or 4 if something is not as wanted",
	examples: []example{
		{"ecs-emulator ps", "services, tasks and container instances on one screen"},
		{"ecs-emulator ps shop --watch", "of one cluster, with each change until Ctrl-C"},
		{"ecs-emulator ps --wait 2m", "once nothing moves any more, and after two minutes at the latest"},
	},
	arguments: []argument{{name: "cluster", about: "name or ARN of a cluster (default: all)", optional: true}},
	declare:   declarePS,
}

// declarePS shows what a running emulator runs.
func declarePS(flags *flagSet) action {
	var c ps.Command
	endpoint := endpointFlag(flags)
	watch := flags.Bool("watch", false, "show it anew with each change, until Ctrl-C")
	flags.short("w", "watch")
	flags.BoolVar(&c.JSON, "json", false, "print it as JSON; with --watch a line for each change")
	flags.BoolVar(&c.All, "all", false, "show all on a terminal, not one screen, and a row for each stopped task")
	flags.DurationVar(&c.Wait, "wait", 0, "wait until nothing moves any more, at most this `duration` of real time: 2m")
	return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
		c.Cluster = args[0]
		c.Send = func(ctx context.Context, query url.Values) (*http.Response, error) {
			response, err := send(ctx, http.MethodGet, *endpoint, "overview", query, nil)
			if err == nil {
				response.Body = streamed{response.Body}
			}
			return response, err
		}
		c.Refusal = func(response *http.Response) error { return orOlder(refusal(response), *endpoint, "ps") }
		_, isTerminal := terminal.Of(stdout)
		switch {
		case c.Wait < 0:
			return usageError{fmt.Errorf("--wait %s is negative", c.Wait)}
		case *watch && c.Wait > 0:
			return usageError{errors.New("--watch shows each change, and --wait waits until there is none")}
		case *watch && !c.JSON && c.All:
			return usageError{errors.New("--watch shows one screen, and --all more than that")}
		case *watch && !c.JSON && !isTerminal:
			return usageError{errors.New("--watch needs a terminal; --watch --json writes a line for each change")}
		case *watch && !c.JSON && os.Getenv("TERM") == "dumb":
			return usageError{errors.New("--watch needs a terminal that moves its cursor, and this one is dumb (TERM)")}
		case *watch:
			return watchPS(ctx, &c, stdout)
		}
		code, err := c.Show(ctx, stdout)
		if err == nil && code != 0 { // the screen has said what is not as wanted
			err = exitError{code: code}
		}
		return err
	}
}

// watchPS shows it with each change, until the user interrupts it.
func watchPS(ctx context.Context, c *ps.Command, stdout io.Writer) error {
	ctx, stop := untilInterrupted(ctx)
	defer stop()
	if c.JSON {
		return c.WatchJSON(ctx, stdout)
	}
	return c.Watch(ctx, stdout)
}
