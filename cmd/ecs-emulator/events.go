package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

var eventsCommand = subcommand{
	name:    "events",
	summary: "show events of tasks and container instances, as JSON",
	examples: []example{
		{"ecs-emulator events --follow", "go on until Ctrl-C"},
		{"ecs-emulator events --since 42", ""},
	},
	declare: declareEvents,
}

// declareEvents prints what has happened to tasks and container instances of a running emulator, a line
// of JSON for each change.
func declareEvents(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	follow := flags.Bool("follow", false, "go on with new events until interrupted")
	since := flags.Uint64("since", 0, "show only events after the one with this `number` (0: all that are kept)")
	return func(ctx context.Context, _ []string, stdout, _ io.Writer) error {
		query := url.Values{}
		if *follow {
			query.Set("follow", "true")
		}
		if *since > 0 {
			query.Set("since", strconv.FormatUint(*since, 10))
		}
		response, err := ask(ctx, http.MethodGet, *endpoint, "events", query, nil)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if _, err := io.Copy(stdout, response.Body); err != nil {
			return fmt.Errorf("the emulator has gone: %w", err)
		}
		if *follow {
			return errors.New("the emulator has closed")
		}
		return nil
	}
}
