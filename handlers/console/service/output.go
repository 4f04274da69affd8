package service

import (
	"fmt"
	"slices"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	mostRead  = 20  // containers of which the page reads the output: each takes a connection to the engine
	mostLines = 200 // of all together
)

// logs are the newest lines of the service's tasks, those that run first.
func (v *view) logs() page.Section {
	tasks := slices.Clone(v.tasks)
	sorting.By(tasks, func(x, y *state.Task) int {
		switch {
		case !x.Ended() && y.Ended():
			return -1
		case x.Ended() && !y.Ended():
			return 1
		}
		return y.Spec.CreatedAt.Compare(x.Spec.CreatedAt)
	})
	var containers []page.Container
	left := 0
	for _, t := range tasks {
		for _, c := range t.Status.Containers {
			switch {
			case c.StartedAt.IsZero():
			case len(containers) == mostRead:
				left++
			default:
				label := page.ShortID(arn.Name(t.ARN))
				if len(t.Status.Containers) > 1 {
					label += " " + c.Name
				}
				containers = append(containers, page.Container{TaskARN: t.ARN, Name: c.Name, Restarts: c.Restarts, Label: label})
			}
		}
	}
	body := g.Group{page.A("Back to the service", v.With("show", ""))}
	if left > 0 {
		body = append(body, page.Note(fmt.Sprintf("These are of the %d containers that were started last and run; %d others are left out. See a task for its own, or: ecs-emulator logs %s", mostRead, left, v.service.Name)))
	}
	lines, err := v.Output(containers, mostLines)
	if err != nil {
		body = append(body, page.Note("Not all can be read: "+err.Error()))
	}
	return page.Section{ID: "logs", Title: "Logs of all tasks", Wide: true, Body: append(body, page.Lines("output", "Output of the service's tasks", lines))}
}
