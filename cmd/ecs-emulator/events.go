package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
)

var eventsCommand = subcommand{
	name:    "events",
	summary: "show what happens: tasks, deployments, container instances",
	examples: []example{
		{"ecs-emulator events -f", "go on until Ctrl-C"},
		{"ecs-emulator events --json --since 42", "the events that ECS sends to EventBridge"},
		{`ecs-emulator events -f --pattern '{"detail": {"lastStatus": ["STOPPED"]}}'`, "those that a rule with this pattern would get"},
	},
	declare: declareEvents,
}

// declareEvents prints what has happened in a running emulator: on a terminal in lines for people, else
// the events that ECS sends to EventBridge, a line of JSON for each.
func declareEvents(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	follow := flags.Bool("follow", false, "go on with what happens until Ctrl-C")
	flags.short("f", "follow")
	asJSON := flags.Bool("json", false, "print the events that ECS sends to EventBridge, as without a terminal")
	var since eventNumber
	flags.Var(&since, "since", "show only events after the one with this `number` (0: all that are kept), as JSON")
	query := url.Values{}
	flags.Func("pattern", "show only events that match this event pattern of EventBridge, as `JSON`", func(pattern string) error {
		query.Set("pattern", pattern)
		return nil
	})
	return func(ctx context.Context, _ []string, stdout, _ io.Writer) (err error) {
		if *follow {
			query.Set("follow", "true")
			interruptible, stop := untilInterrupted(ctx)
			defer stop()
			ctx = interruptible
		}
		if screen, is := terminal.Of(stdout); is && !*asJSON && since == 0 && !query.Has("pattern") {
			err = readActivity(ctx, *endpoint, query, newActivityPrinter(stdout, screen).print)
		} else {
			err = copyEvents(ctx, *endpoint, query, uint64(since), stdout)
		}
		switch {
		case ctx.Err() != nil:
			return nil // interrupted
		case err == nil && *follow:
			return errors.New("the emulator has closed")
		}
		return err
	}
}

type eventNumber uint64

func (n *eventNumber) String() string { return strconv.FormatUint(uint64(*n), 10) }

func (n *eventNumber) Set(typed string) error {
	number, err := strconv.ParseUint(typed, 10, 64)
	if err != nil {
		return errors.New("give the sequence of an event, a number that 'ecs-emulator events --json' shows") // behind "invalid value"
	}
	*n = eventNumber(number)
	return nil
}

// copyEvents passes on the events as the emulator sends them.
func copyEvents(ctx context.Context, endpoint string, query url.Values, since uint64, stdout io.Writer) error {
	if since > 0 {
		query.Set("since", strconv.FormatUint(since, 10))
	}
	response, err := ask(ctx, http.MethodGet, endpoint, "events", query, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(stdout, streamed{response.Body})
	return err
}
