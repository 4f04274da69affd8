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

// events prints what has happened to tasks and container instances of a running emulator, a line of JSON for
// each change.
func events(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := newFlags("events", "", stderr)
	endpoint := endpointFlag(flags)
	follow := flags.Bool("follow", false, "go on with new events until interrupted")
	since := flags.Uint64("since", 0, "show only events after the one with this `number` (0: all that are kept)")
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Errorf("unexpected argument %q", flags.Arg(0))}
	}
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
