// Package failurereport says how an emulator was when a test failed: what runs, what
// happened last, what callers were denied, and the last output of tasks that ended with an error.
package failurereport

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview/text"
)

// A report has at most some 100 lines, so that it does not hide what the test says itself.
const (
	overviewLines = 40
	activityLines = 25
	denials       = 10
	outputTasks   = 3
	outputLines   = 10 // of each container
)

// Source is what a report is made of.
type Source struct {
	Store *store.Store
	Now   func() time.Time // the emulator's clock
	// Denials are what callers were denied, the newest last.
	Denials []decision.Decision
	// Logs passes on the output of a container of a task.
	Logs func(ctx context.Context, taskARN, container string, o backend.LogOptions) error
}

// Write returns the report. Output that the engine does not give any more is left out.
func (s Source) Write(ctx context.Context) (string, error) {
	view, err := overview.Read(s.Store.Read(), s.Now(), overview.Options{})
	if err != nil {
		return "", err
	}
	var out strings.Builder
	out.WriteString(text.Render(view, text.Options{Now: view.Now, Height: overviewLines}))
	s.writeActivity(&out)
	s.writeDenials(&out)
	tasks := 0
	for _, t := range view.StoppedTasks {
		if t.StopCode == string(types.TaskStopCodeEssentialContainerExited) && s.writeOutput(ctx, &out, t) {
			if tasks++; tasks == outputTasks {
				break
			}
		}
	}
	return out.String(), nil
}

func (s Source) writeActivity(out *strings.Builder) {
	lines := activity.NewFeed(s.Store, &activity.Journal{}, s.Now).Kept()
	if len(lines) == 0 {
		return
	}
	out.WriteString("\nWhat happened")
	if more := len(lines) - activityLines; more > 0 {
		fmt.Fprintf(out, ", after %d other lines", more)
		lines = lines[more:]
	}
	out.WriteString("\n")
	for _, l := range lines {
		fmt.Fprintf(out, "%s  %s\n", l.At.Format(time.TimeOnly), activity.OneLine(l.Text))
	}
}

func (s Source) writeDenials(out *strings.Builder) {
	list := s.Denials
	if len(list) == 0 {
		return
	}
	out.WriteString("\nWhat callers were denied")
	if more := len(list) - denials; more > 0 {
		fmt.Fprintf(out, ", after %d others", more)
		list = list[more:]
	}
	out.WriteString("\n")
	for _, d := range list {
		l := activity.Denial(d)
		fmt.Fprintf(out, "%s  %s\n", l.At.Format(time.TimeOnly), activity.OneLine(l.Text))
	}
}

// writeOutput writes the end of the output of containers that have failed. It reports whether there
// was one.
func (s Source) writeOutput(ctx context.Context, out *strings.Builder, t overview.Task) (failed bool) {
	for _, c := range t.Containers {
		if c.ExitCode == nil || *c.ExitCode == 0 {
			continue
		}
		failed = true
		fmt.Fprintf(out, "\nOutput of %s, task %s of %s, exit code %d\n",
			c.Name, activity.ShortID(t.ID), strings.TrimPrefix(t.Group, "family:"), *c.ExitCode)
		_ = s.Logs(ctx, t.ARN, c.Name, backend.LogOptions{Tail: outputLines, Write: func(_ time.Time, _ bool, line string) error {
			out.WriteString("| " + line + "\n")
			return nil
		}})
	}
	return failed
}
