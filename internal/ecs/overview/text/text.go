// Package text shows an overview on one screen: a table each for stacks, clusters, services, routes of gateways, daemons, load balancers, tasks,
// container instances and stopped tasks. What is not as wanted comes first, and what does not fit is counted.
package text

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// Options say how an overview is shown. Zero shows all of it, without colour.
type Options struct {
	Width, Height int // in characters; 0: as many as it takes
	// Now is the time of the emulator's clock from which ages are counted.
	Now time.Time
	// Paint returns text in a tone, with escape sequences that take no room; nil: without any.
	Paint func(Tone, string) string
	// Hint follows the number of rows that do not fit, such as "; --all shows them".
	Hint string
	// Fold has one row for all stopped tasks that ended alike, with their number: a service whose tasks fail
	// again and again has many.
	Fold bool
}

// Tone is what a text says of how things are.
type Tone int

// Values of Tone.
const (
	Plain Tone = iota
	Title      // heads of columns
	Good       // as wanted
	Busy       // on its way
	Bad        // failed
	Faint      // of less interest
)

// Render shows an overview. Each line ends with a newline.
func Render(o *overview.Overview, opts Options) string {
	if opts.Paint == nil {
		opts.Paint = func(_ Tone, text string) string { return text }
	}
	r := &renderer{Options: opts, Overview: o, names: clusterNames(o.Clusters)}
	r.clusterColumn = clusterColumn(r.names)
	tables := slices.DeleteFunc([]*table{r.stacks(), r.clusters(), r.services(), r.gatewayRoutes(), r.daemons(), r.loadBalancers(), r.tasks(), r.containerInstances(), r.stoppedTasks()},
		func(t *table) bool { return len(t.items) == 0 })
	for _, t := range tables {
		t.layOut(opts.Width)
	}
	between := ""
	head := r.summary() + "\n" + r.denials()
	if fit(tables, opts.Height-strings.Count(head, "\n")) { // which is 0 or less without a height
		between = "\n"
	}
	var out strings.Builder
	out.WriteString(head)
	for _, t := range tables {
		out.WriteString(between)
		r.write(&out, t)
	}
	return out.String()
}

type renderer struct {
	Options
	*overview.Overview
	names         map[string]string // of clusters, by ARN
	clusterColumn column
}

func (r *renderer) summary() string {
	n := r.NotAsWanted
	if len(r.Clusters)+len(r.Stacks) == 0 {
		return cut("No cluster is in use yet.", r.Width)
	}
	if n.Sum() == 0 {
		return r.Paint(Good, cut("All is as wanted.", r.Width))
	}
	var parts []string
	for _, part := range []struct {
		n    int
		noun string
	}{{n.Stacks, "stack"}, {n.Services, "service"}, {n.Daemons, "daemon"}, {n.Tasks, "task"}, {n.ContainerInstances, "container instance"}} {
		if part.n > 0 {
			parts = append(parts, plural(part.n, part.noun))
		}
	}
	return r.Paint(Busy, cut("Not as wanted: "+strings.Join(parts, ", ")+".", r.Width))
}

// denials is a line about what callers were denied lately; empty: nothing was.
func (r *renderer) denials() string {
	d := r.Denials
	if d == nil {
		return ""
	}
	text := plural(d.Count, "denial") + " in the last ten minutes"
	if !d.Enforced {
		text += ", not enforced"
	}
	return r.Paint(Busy, cut(text+"; see ecs-emulator why "+activity.ShortID(d.LastRequestID), r.Width)) + "\n"
}

func (r *renderer) write(out *strings.Builder, t *table) {
	out.WriteString(r.Paint(Title, cut(t.head(), r.Width)) + "\n")
	for _, item := range t.items[:t.shown] {
		for _, line := range item.lines {
			for _, piece := range line {
				out.WriteString(r.Paint(piece.tone, piece.text))
			}
			out.WriteByte('\n')
		}
	}
	if more := t.count - t.shown; more > 0 {
		out.WriteString(r.Paint(Faint, cut("… and "+number(more)+" more"+t.rest()+r.Hint, r.Width)) + "\n")
	}
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return number(n) + " " + noun
}

// number has a comma before each three digits.
func number(n int) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
