// Package ps shows what a running emulator runs: once, when nothing moves any more, or anew with each change.
package ps

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

// Command is what is to be shown, and of which emulator.
type Command struct {
	// Send asks the emulator for its overview. The answer may be a refusal. Errors of its body say that the emulator has gone.
	Send func(ctx context.Context, query url.Values) (*http.Response, error)
	// Refusal is the reason of an answer that is none.
	Refusal func(*http.Response) error
	Cluster string        // name or ARN; empty: all
	JSON    bool          // as the emulator answers it
	All     bool          // also what has no room on a screen
	Wait    time.Duration // how long to wait at most until nothing moves any more
}

// Show shows what there is once. The exit code is 0 if all is as wanted, 4 if what is not stays so, and 3 if it may yet come.
func (c *Command) Show(ctx context.Context, stdout io.Writer) (exitCode int, err error) {
	screen, isTerminal := terminal.Of(stdout)
	view, body, err := c.readSettled(ctx, screen)
	if err != nil {
		return 0, err
	}
	if c.JSON {
		_, err = stdout.Write(body)
	} else {
		screen.Height-- // the next prompt
		if c.All || !isTerminal {
			screen.Height = 0
		}
		_, err = io.WriteString(stdout, render(view, screen, text.Options{Now: view.Now, Hint: "; --all shows them", Fold: !isTerminal && !c.All}))
	}
	return codeOf(view), err
}

// WatchJSON writes the value of each change in a line, until ctx ends.
func (c *Command) WatchJSON(ctx context.Context, stdout io.Writer) error {
	response, err := c.ask(ctx, url.Values{"follow": {"true"}})
	if err != nil {
		return err
	}
	defer response.Body.Close()
	switch _, err := io.Copy(stdout, response.Body); {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	default:
		return c.whyEnded(ctx)
	}
}

// read asks for as many tasks as may be shown; body is the answer as it came.
func (c *Command) read(ctx context.Context, screen terminal.Terminal) (view *overview.Overview, body []byte, err error) {
	query := url.Values{}
	if screen.Height > 0 && !c.All && !c.JSON {
		query.Set("tasks", strconv.Itoa(max(tasksOfScreen, screen.Height)))
	}
	response, err := c.ask(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(body, &view); err != nil {
		return nil, nil, fmt.Errorf("read the answer of the emulator: %w", err)
	}
	return view, body, nil
}

// ask returns an answer that is an overview, or several.
func (c *Command) ask(ctx context.Context, query url.Values) (*http.Response, error) {
	if c.Cluster != "" {
		query.Set("cluster", c.Cluster)
	}
	response, err := c.Send(ctx, query)
	if err != nil || response.StatusCode == http.StatusOK {
		return response, err
	}
	defer response.Body.Close()
	return nil, c.Refusal(response)
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

// whyEnded says why the emulator has ended a stream: the cluster that it shows is gone, or it closes.
func (c *Command) whyEnded(ctx context.Context) error {
	response, err := c.Send(ctx, url.Values{"cluster": {c.Cluster}, "tasks": {"1"}})
	if err == nil {
		defer response.Body.Close()
	}
	if err == nil && response.StatusCode == http.StatusNotFound {
		return c.Refusal(response)
	}
	return errors.New("the emulator has closed")
}
