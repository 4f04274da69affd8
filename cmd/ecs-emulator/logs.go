package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// logs shows the output of a container of a running emulator, also after the
// container has stopped.
func logs(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := newFlags("logs", " <task> [container]", stderr)
	endpoint := flags.String("endpoint", defaultEndpoint(), "`url` of the emulator")
	follow := flags.Bool("follow", false, "go on until the container stops")
	tail := flags.Int("tail", 0, "show the last `n` lines only (0: all)")
	if err := parse(flags, args); err != nil {
		return err
	}
	if n := flags.NArg(); n < 1 || n > 2 {
		return usageError{errors.New("name a task (id or ARN), and a container if it has several")}
	}
	query := url.Values{"task": {flags.Arg(0)}, "container": {flags.Arg(1)}}
	if *follow {
		query.Set("follow", "true")
	}
	if *tail > 0 {
		query.Set("tail", strconv.Itoa(*tail))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		strings.TrimSuffix(*endpoint, "/")+"/_emulator/logs?"+query.Encode(), nil)
	if err != nil {
		return usageError{fmt.Errorf("--endpoint: %w", err)}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask the emulator: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return refusal(response)
	}
	_, err = io.Copy(stdout, response.Body)
	return err
}

// refusal is the reason that the emulator gives.
func refusal(response *http.Response) error {
	var body struct{ Error string }
	if err := json.NewDecoder(io.LimitReader(response.Body, 4096)).Decode(&body); err != nil || body.Error == "" {
		return fmt.Errorf("%s answers %s: is it the emulator?", response.Request.URL.Host, response.Status)
	}
	return errors.New(body.Error)
}

func defaultEndpoint() string {
	for _, name := range []string{"AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return "http://127.0.0.1:4577"
}
