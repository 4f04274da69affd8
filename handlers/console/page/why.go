package page

import (
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// WhyOf says why something, by its ARN, is not as wanted: a sentence for each cause, with the next step and what it follows
// from. It is nothing where that is not known.
func (r *Request) WhyOf(of string) g.Node {
	if r.Why == nil {
		return None()
	}
	answers := r.Why(r.Tx, r.Now, of)
	if len(answers) == 0 {
		return None()
	}
	return h.Div(h.Class("why"), answersOf(answers))
}

func answersOf(answers []why.Answer) g.Node {
	return h.Ul(g.Map(answers, func(a why.Answer) g.Node {
		return h.Li(
			h.Span(h.Class("sentence"), Text(a.Sentence)), g.If(a.Next != "", h.Span(h.Class("next"), h.Text(" "), Text(a.Next))),
			g.If(len(a.Evidence) > 0, h.Details(h.Summary(h.Text("Evidence")), h.Ul(g.Map(a.Evidence, func(e why.Evidence) g.Node {
				return h.Li(Time(e.At), h.Text(" "), Text(e.Text))
			})))),
			g.Iff(len(a.Because) > 0, func() g.Node { return answersOf(a.Because) }))
	}))
}

// ShortID is the beginning of an id, which people tell others from.
func ShortID(id string) string { return id[:min(len(id), 8)] }
