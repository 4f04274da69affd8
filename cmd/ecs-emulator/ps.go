package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview/text"
)

// tasksOfScreen is how many tasks are asked for where a screen is filled with them, unless it is higher.
const tasksOfScreen = 100

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

// psOptions is the command line of ps.
type psOptions struct {
	endpoint, cluster string
	watch, json, all  bool
	wait              time.Duration
}

// declarePS shows what a running emulator runs.
func declarePS(flags *flagSet) action {
	var o psOptions
	endpoint := endpointFlag(flags)
	flags.BoolVar(&o.watch, "watch", false, "show it anew with each change, until Ctrl-C")
	flags.short("w", "watch")
	flags.BoolVar(&o.json, "json", false, "print it as JSON; with --watch a line for each change")
	flags.BoolVar(&o.all, "all", false, "show all on a terminal, not one screen, and a row for each stopped task")
	flags.DurationVar(&o.wait, "wait", 0, "wait until nothing moves any more, at most this `duration` of real time: 2m")
	return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
		o.endpoint, o.cluster = *endpoint, args[0]
		screen, isTerminal := terminal.Of(stdout)
		switch {
		case o.wait < 0:
			return usageError{fmt.Errorf("--wait %s is negative", o.wait)}
		case o.watch && o.wait > 0:
			return usageError{errors.New("--watch shows each change, and --wait waits until there is none")}
		case o.watch && o.json:
			return watchJSON(ctx, o, stdout)
		case o.watch && o.all:
			return usageError{errors.New("--watch shows one screen, and --all more than that")}
		case o.watch && !isTerminal:
			return usageError{errors.New("--watch needs a terminal; --watch --json writes a line for each change")}
		case o.watch:
			return watch(ctx, o, stdout)
		default:
			return show(ctx, o, stdout, screen, isTerminal)
		}
	}
}

// show shows what there is. The error is an exit code if something is not as wanted: the screen has said what.
func show(ctx context.Context, o psOptions, stdout io.Writer, screen terminal.Terminal, isTerminal bool) error {
	view, body, err := readSettled(ctx, o, screen)
	if err != nil {
		return err
	}
	if o.json {
		_, err = stdout.Write(body)
	} else {
		screen.Height-- // the next prompt
		if o.all || !isTerminal {
			screen.Height = 0
		}
		_, err = io.WriteString(stdout, render(view, screen, text.Options{Now: view.Now, Hint: "; --all shows them", Fold: !isTerminal && !o.all}))
	}
	if err == nil {
		err = exitCode(view)
	}
	return err
}

// readOverview asks for as many tasks as may be shown; body is the answer as it came.
func readOverview(ctx context.Context, o psOptions, screen terminal.Terminal) (view *overview.Overview, body []byte, err error) {
	query := url.Values{}
	if screen.Height > 0 && !o.all && !o.json {
		query.Set("tasks", strconv.Itoa(max(tasksOfScreen, screen.Height)))
	}
	response, err := askOverview(ctx, o, query)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		return nil, nil, fmt.Errorf("the emulator has gone: %w", err)
	}
	if err := json.Unmarshal(body, &view); err != nil {
		return nil, nil, fmt.Errorf("read the answer of the emulator: %w", err)
	}
	return view, body, nil
}

// askOverview tells an emulator that has no overview from one that has no such cluster.
func askOverview(ctx context.Context, o psOptions, query url.Values) (*http.Response, error) {
	if o.cluster != "" {
		query.Set("cluster", o.cluster)
	}
	response, err := send(ctx, http.MethodGet, o.endpoint, "overview", query, nil)
	if err != nil || response.StatusCode == http.StatusOK {
		return response, err
	}
	defer response.Body.Close()
	return nil, orOlder(refusal(response), o.endpoint, "ps")
}

// render shows an overview on a screen.
func render(view *overview.Overview, screen terminal.Terminal, opts text.Options) string {
	opts.Width, opts.Height = screen.Width, screen.Height
	opts.Paint = func(tone text.Tone, s string) string { return screen.Paint(toneStyles[tone], s) }
	return text.Render(view, opts)
}

var toneStyles = map[text.Tone]terminal.Style{
	text.Title: terminal.Bold, text.Good: terminal.Green, text.Busy: terminal.Yellow, text.Bad: terminal.Red, text.Faint: terminal.Dim,
}

// watchJSON writes the value of each change in a line.
func watchJSON(ctx context.Context, o psOptions, stdout io.Writer) error {
	ctx, stop := untilInterrupted(ctx)
	defer stop()
	response, err := askOverview(ctx, o, url.Values{"follow": {"true"}})
	if err != nil {
		return err
	}
	defer response.Body.Close()
	switch _, err := io.Copy(stdout, streamed{response.Body}); {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	default:
		return whyEnded(ctx, o)
	}
}

// whyEnded says why the emulator has ended a stream: the cluster that it shows is gone, or it closes.
func whyEnded(ctx context.Context, o psOptions) error {
	response, err := send(ctx, http.MethodGet, o.endpoint, "overview", url.Values{"cluster": {o.cluster}, "tasks": {"1"}}, nil)
	if err == nil {
		defer response.Body.Close()
	}
	if err == nil && response.StatusCode == http.StatusNotFound {
		return refusal(response)
	}
	return errors.New("the emulator has closed")
}
