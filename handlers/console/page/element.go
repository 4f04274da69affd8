package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
)

// Text is a text. Control characters that would not be seen are shown.
func Text(text string) g.Node { return h.Text(Visible(text)) }

// Textf is a text that fmt formats.
func Textf(format string, args ...any) g.Node { return Text(fmt.Sprintf(format, args...)) }

// Code is an id, an ARN or a name, as programs write it.
func Code(text string) g.Node { return h.Code(Text(text)) }

// Pre is a text of several lines, as programs write it, which scrolls by itself.
func Pre(label, text string) g.Node {
	return h.Pre(h.TabIndex("0"), h.Aria("label", label), h.Code(Text(text)))
}

// A is a link to an address that To or With has made.
func A(text, to string) g.Node { return h.A(h.Href(Local(to)), Text(text)) }

// Local is an address on the console. Any other one leads to its first page: a name that was put into an address leads nowhere else.
func Local(to string) string {
	if rest, ok := strings.CutPrefix(to, Prefix); ok && (rest == "" || rest[0] == '/' || rest[0] == '?' || rest[0] == '#') {
		return to
	}
	return Prefix
}

// None stands where there is nothing.
func None() g.Node { return h.Span(h.Class("none"), h.Text("–")) }

// Engine names the engine that something is on, by its name; it is empty where there is one engine, which has none.
func Engine(name string) string {
	if name == "" {
		return ""
	}
	return "engine " + name
}

// Or is a text, or that there is none.
func Or(text string) g.Node {
	if text == "" {
		return None()
	}
	return Text(text)
}

// Number is a number.
func Number(n int) g.Node { return h.Text(strconv.Itoa(n)) }

// Time is a time of the emulator's clock in UTC, to the second.
func Time(at time.Time) g.Node {
	if at.IsZero() {
		return None()
	}
	at = at.UTC()
	return h.Time(h.DateTime(at.Format(time.RFC3339Nano)), h.Attr("title", at.Format("2006-01-02 15:04:05.000 UTC")), h.Text(at.Format("2006-01-02 15:04:05")))
}

// Tone is how a status is meant.
type Tone string

// The tones, which have a mark beside their colour.
const (
	Good    Tone = "good"
	Bad     Tone = "bad"
	Moving  Tone = "moving"
	Neutral Tone = "neutral"
)

// Badge is a status in ECS's words.
func Badge(tone Tone, status string) g.Node {
	if status == "" {
		return None()
	}
	return h.Span(h.Class("badge "+string(tone)), Text(status))
}

// Status is a badge whose tone follows from ECS's word.
func Status(status string) g.Node { return Badge(ToneOf(status), status) }

// ToneOf is how a status of ECS is meant.
func ToneOf(status string) Tone {
	switch {
	case strings.HasSuffix(status, "IN_PROGRESS"), strings.HasSuffix(status, "_REQUESTED"), strings.HasSuffix(status, "ING") && status != "RUNNING", status == "initial", status == "InProgress", status == "Ready":
		return Moving
	case strings.Contains(status, "FAILED"), strings.Contains(status, "ROLLBACK"), status == "UNHEALTHY", status == "unhealthy", status == "ALARM", status == "LOST", status == "TRIGGERED", status == "Failed":
		return Bad
	case status == "RUNNING", status == "ACTIVE", status == "COMPLETED", status == "HEALTHY", status == "healthy", status == "SUCCESSFUL",
		status == "PRIMARY", status == "STEADY_STATE", status == "active", status == "OK", status == "Succeeded", strings.HasSuffix(status, "_COMPLETE"):
		return Good
	}
	return Neutral
}

// Pair is a name with a value.
type Pair struct {
	Name  string
	Value g.Node
}

// Pairs are names with values.
func Pairs(pairs ...Pair) g.Node {
	return h.Dl(h.Class("pairs"), g.Map(pairs, func(p Pair) g.Node {
		return h.Div(h.Dt(h.Text(p.Name)), h.Dd(p.Value))
	}))
}

// Links are links in a list.
func Links(links []Link) g.Node {
	return h.Ul(h.Class("links"), g.Map(links, func(l Link) g.Node { return h.Li(A(l.Text, l.To)) }))
}

// Note is a paragraph that explains.
func Note(text string) g.Node { return h.P(h.Class("note"), Text(text)) }

// Details hides something behind a summary until it is opened. The id keeps it open while the page changes.
func Details(id, summary string, body ...g.Node) g.Node {
	return h.Details(h.ID(id), h.Summary(Text(summary)), g.Group(body))
}
