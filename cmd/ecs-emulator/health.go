package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// healthAnswer is what this command reads of the answer of /_emulator/health.
type healthAnswer struct {
	Status, Version, Endpoint string
	State, Logs               struct{ Reason string }
	Engine                    struct{ Name, NetworkError, LastError string }
}

var healthCommand = subcommand{
	name:    "health",
	summary: "show whether tasks can run; exit code 1 if they cannot",
	declare: asking(showHealth),
}

// showHealth shows in a line how a running emulator is. That no task can start, or that
// nothing can be changed, is an error: the HEALTHCHECK of the image fails then.
func showHealth(ctx context.Context, endpoint string, _ []string, stdout io.Writer) error {
	response, err := send(ctx, http.MethodGet, endpoint, "health", nil, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var h healthAnswer
	if err := json.NewDecoder(response.Body).Decode(&h); err != nil || h.Status == "" {
		return stranger(response)
	}
	if response.StatusCode != http.StatusOK {
		return errors.New(h.Status + ": " + cmp.Or(h.State.Reason, h.Logs.Reason, h.Engine.NetworkError, h.Engine.LastError, response.Status))
	}
	fmt.Fprintf(stdout, "%s: ecs-emulator %s at %s, engine %s\n", h.Status, h.Version, h.Endpoint, h.Engine.Name)
	return nil
}
