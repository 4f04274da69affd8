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
	"strings"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

var logsCommand = subcommand{
	name:    "logs",
	summary: "show the output of a service's tasks, or of one task",
	examples: []example{
		{"ecs-emulator logs web -f", "all tasks of a service, and those that come"},
		{"ecs-emulator logs 8615d354 nginx --tail 20", "a container of one task"},
	},
	arguments: []argument{
		{name: "service or task", about: "name or ARN of a service, id or ARN of a task, or the id of a container"},
		{name: "container", about: "name of the container, if tasks have several", optional: true},
	},
	declare: declareLogs,
}

// declareLogs shows the output of a task's container, which may have stopped, or of all tasks of a
// service.
func declareLogs(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	follow := flags.Bool("follow", false, "go on until the container stops, the service is gone, or Ctrl-C")
	flags.short("f", "follow")
	tail := flags.Int("tail", 0, "show the last `n` lines only of each container (0: all)")
	cluster := flags.String("cluster", "", "`cluster` of the service, if several have one of that name")
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		if *tail < 0 {
			return usageError{fmt.Errorf("--tail %d is negative: give the number of lines, or 0 for all", *tail)}
		}
		query := url.Values{"of": {args[0]}, "cluster": {*cluster}, "container": {args[1]}}
		if *follow {
			query.Set("follow", "true")
			interruptible, stop := untilInterrupted(ctx)
			defer stop()
			ctx = interruptible
		}
		if *tail > 0 {
			query.Set("tail", strconv.Itoa(*tail))
		}
		err := copyLogs(ctx, *endpoint, query, stdout, stderr)
		if ctx.Err() != nil {
			return nil // interrupted
		}
		return err
	}
}

// outputLine is what this command reads of a line that /_emulator/logs answers for a service.
type outputLine struct {
	Task, Container, Line, Note string
	End                         bool
}

// copyLogs prints the lines of a task as they are, and those of a service's tasks with a prefix.
func copyLogs(ctx context.Context, endpoint string, query url.Values, stdout, stderr io.Writer) error {
	response, err := ask(ctx, http.MethodGet, endpoint, "logs", query, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "application/x-ndjson") {
		return copyOutput(stdout, response)
	}
	screen, _ := terminal.Of(stdout)
	p := &logPrinter{stdout: stdout, stderr: stderr, on: screen, styles: map[string]terminal.Style{}}
	for in := json.NewDecoder(response.Body); ; {
		var line outputLine
		switch err := in.Decode(&line); {
		case errors.Is(err, io.EOF):
			return errors.New("the emulator has closed")
		case err != nil:
			return fmt.Errorf("the emulator has gone: %w", err)
		}
		if err := p.print(line); err != nil || line.End {
			return err
		}
	}
}

// cutOff is the trailer in which the emulator says why the output of a task is not all.
const cutOff = "Ecs-Emulator-Cut-Off"

// copyOutput passes on the output of a task.
func copyOutput(stdout io.Writer, response *http.Response) error {
	if _, err := io.Copy(stdout, streamed{response.Body}); err != nil {
		return err
	}
	if why := response.Trailer.Get(cutOff); why != "" {
		return errors.New(activity.OneLine(why))
	}
	return nil
}

// logPrinter prints lines of several tasks, each with its task before it.
type logPrinter struct {
	stdout, stderr io.Writer
	on             terminal.Terminal
	styles         map[string]terminal.Style // by task
}

// styles are those by which tasks are told apart, one after the other.
var styles = []terminal.Style{terminal.Cyan, terminal.Yellow, terminal.Green, terminal.Purple, terminal.Blue}

func (p *logPrinter) print(o outputLine) error {
	if o.Note != "" {
		fmt.Fprintln(p.stderr, "ecs-emulator:", activity.OneLine(o.Note))
	}
	if o.Task == "" {
		return nil
	}
	style, known := p.styles[o.Task]
	if !known {
		style = styles[len(p.styles)%len(styles)]
		p.styles[o.Task] = style
	}
	name := activity.ShortID(o.Task)
	if o.Container != "" {
		name += " " + o.Container
	}
	_, err := fmt.Fprintf(p.stdout, "%s %s\n", p.on.Paint(style, name+" |"), o.Line)
	return err
}
