package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// logs shows the output of a container of a running emulator, also after the
// container has stopped.
func logs(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := newFlags("logs", " <task> [container]", stderr)
	endpoint := endpointFlag(flags)
	follow := flags.Bool("follow", false, "go on until the container stops")
	tail := flags.Int("tail", 0, "show the last `n` lines only (0: all)")
	if err := parse(flags, args); err != nil {
		return err
	}
	if n := flags.NArg(); n < 1 || n > 2 {
		return usageError{errors.New("name a task (id or ARN) and a container if it has several, or the id of a container")}
	}
	query := url.Values{"task": {flags.Arg(0)}, "container": {flags.Arg(1)}}
	if *follow {
		query.Set("follow", "true")
	}
	if *tail > 0 {
		query.Set("tail", strconv.Itoa(*tail))
	}
	response, err := ask(ctx, http.MethodGet, *endpoint, "logs", query, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(stdout, response.Body)
	return err
}
