package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// readActivity asks an emulator what happens there and tells it line by line until that ends: with
// follow when the emulator closes, else when all that is kept has been told.
func readActivity(ctx context.Context, endpoint string, query url.Values, tell func(activity.Line)) error {
	response, err := ask(ctx, http.MethodGet, endpoint, "activity", query, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	for in := json.NewDecoder(response.Body); ; {
		var line activity.Line
		switch err := in.Decode(&line); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the emulator has gone: %w", err)
		}
		tell(line)
	}
}

// activityPrinter prints what happens, each line with its time of day, and the date before the first
// line of another day.
type activityPrinter struct {
	out  io.Writer
	on   terminal.Terminal
	date string // of the last line; at first today
}

func newActivityPrinter(out io.Writer, on terminal.Terminal) *activityPrinter {
	return &activityPrinter{out: out, on: on, date: time.Now().Format(time.DateOnly)}
}

// tones are the styles of lines.
var tones = map[activity.Tone]terminal.Style{
	activity.Passing: terminal.Dim, activity.Good: terminal.Green, activity.Warning: terminal.Yellow, activity.Bad: terminal.Red,
}

// print writes a line in one piece.
func (p *activityPrinter) print(line activity.Line) {
	at := line.At.Local()
	var text strings.Builder
	if date := at.Format(time.DateOnly); date != p.date {
		fmt.Fprintln(&text, p.on.Paint(terminal.Dim, date))
		p.date = date
	}
	fmt.Fprintln(&text, p.on.Paint(terminal.Dim, at.Format(time.TimeOnly)), p.on.Paint(tones[line.Tone], activity.OneLine(line.Text)))
	io.WriteString(p.out, text.String())
}
