package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// healthAnswer is what this command reads of the answer of /_emulator/health.
type healthAnswer struct {
	Status, Version, Endpoint string
	State, Logs               struct{ Reason string }
	Engine                    struct{ Name, NetworkError, LastError string }
	Reason                    string // why no engine can run tasks, where there are several
	Engines                   []engineHealth
	Warnings                  []string
}

// engineHealth is how one engine is.
type engineHealth struct {
	Name, Kind, Version, Status, Swarm string
	LastError                          string
	UnavailableSince                   time.Time // by the emulator's clock; zero: it is ready
}

var healthCommand = subcommand{
	name:    "health",
	summary: "show whether tasks can run; exit code 1 if they cannot",
	declare: asking(showHealth),
}

// showHealth shows in a line how a running emulator is, and in further ones which engines are not ready. That no task can start, or that
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
		return errors.New(h.Status + ": " + cmp.Or(h.State.Reason, h.Logs.Reason, h.Reason, h.Engine.NetworkError, h.Engine.LastError, response.Status))
	}
	fmt.Fprintf(stdout, "%s: ecs-emulator %s at %s, %s\n", h.Status, h.Version, h.Endpoint, h.engines())
	for _, e := range h.Engines {
		if h.several() && e.Status != "ready" {
			fmt.Fprintln(stdout, e.absence())
		}
	}
	for _, warning := range h.Warnings {
		fmt.Fprintln(stdout, "warning: "+activity.OneLine(warning))
	}
	return nil
}

// several reports whether engines have names.
func (h healthAnswer) several() bool { return len(h.Engines) > 0 && h.Engines[0].Name != "" }

// engines says what the engine is, or how each of several is.
func (h healthAnswer) engines() string {
	if !h.several() {
		return "engine " + h.Engine.Name
	}
	var all []string
	for _, e := range h.Engines {
		text := e.Name + " (" + strings.TrimSpace(e.Kind+" "+e.Version)
		if e.Swarm != "" {
			text += ", " + e.Swarm
		}
		if e.Status != "ready" {
			text += ", " + e.Status
		}
		all = append(all, text+")")
	}
	return "engines " + strings.Join(all, ", ")
}

// absence says since when an engine is not ready, and why.
func (e engineHealth) absence() string {
	text := "engine " + e.Name + " is " + e.Status
	if !e.UnavailableSince.IsZero() {
		text += " since " + e.UnavailableSince.UTC().Format(time.RFC3339)
	}
	if e.LastError != "" {
		text += ": " + activity.OneLine(e.LastError)
	}
	return text
}
