package events

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
)

// read reads the page of events.
func (s *searches) read(r *page.Request) (*page.View, error) {
	services, total, err := serviceEvents(r)
	if err != nil {
		return nil, err
	}
	changes, found, err := s.changes(r)
	if err != nil {
		return nil, err
	}
	return &page.View{
		Title: "Events", Summary: counted(total, "service event", "service events") + ", " + counted(found, "event of EventBridge", "events of EventBridge"),
		Sections: []page.Section{
			{ID: "search", Title: "Search", Wide: true, Body: r.Filter("all events")},
			{ID: "services", Title: "Events of all services", Wide: true, Body: services},
			{ID: "changes", Title: "Events of EventBridge", Wide: true, Body: changes},
		},
	}, nil
}

// changes are the events that EventBridge gets, the newest first.
func (s *searches) changes(r *page.Request) (_ g.Node, total int, err error) {
	wanted, pattern, err := searchOf(r)
	if err != nil {
		return nil, 0, err
	}
	shown, paging, err := page.List(r, "changes", s.events(r, wanted, pattern), func(e outbox.Event) string { return strconv.FormatUint(e.Sequence, 10) },
		func(a, b outbox.Event) int { return cmp.Compare(b.Sequence, a.Sequence) })
	if err != nil {
		return nil, 0, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, e := range shown {
		rows = append(rows, changeRow(r, e))
	}
	heads := []string{"Number", "When", "Source", "Type", "Resource", "What"}
	return g.Group{patternForm(r), page.Table("Events as EventBridge gets them, the newest first", heads, rows), r.Pages(paging)}, paging.Total, nil
}

// patternForm has the page show what an event pattern chooses.
func patternForm(r *page.Request) g.Node {
	if r.ReadOnly {
		return nil
	}
	var others g.Group
	for _, name := range []string{"q", "region", "account"} {
		if value := r.Query.Get(name); value != "" {
			others = append(others, h.Input(h.Type("hidden"), h.Name(name), h.Value(value)))
		}
	}
	return h.Form(h.ID("by-pattern"), h.Role("search"), h.Aria("label", "by pattern"), h.Method("get"), h.Action(page.Local(page.Prefix+r.Path)), others,
		h.Div(h.Class("field"), h.Label(h.For("pattern"), h.Text("Event pattern")),
			h.TextArea(h.ID("pattern"), h.Name("pattern"), h.Rows("3"), h.Attr("spellcheck", "false"), h.Aria("describedby", "pattern-hint"), page.Text(r.Query.Get("pattern"))),
			h.Small(h.ID("pattern-hint"), h.Text(`as rules of EventBridge have it: {"detail": {"lastStatus": ["STOPPED"]}}`))),
		h.Button(h.Type("submit"), h.Text("Choose")))
}

// envelope is what of an event its row shows.
type envelope struct {
	Source     string
	DetailType string `json:"detail-type"`
	Resources  []string
	Detail     map[string]any
}

// changeRow is a row about an event.
func changeRow(r *page.Request, e outbox.Event) page.Row {
	number := strconv.FormatUint(e.Sequence, 10)
	var said envelope
	_ = json.Unmarshal(r.Event(r.Tx, e), &said) // which has been read before
	return page.Row{ID: "change-" + number, Cells: []g.Node{
		page.A(number, r.To("events", number)), page.Time(e.At), page.Text(said.Source), page.Text(said.DetailType), page.Or(strings.Join(said.Resources, ", ")), page.Or(said.what()),
	}}
}

// what is what an event says has happened, of the members that details of AWS's events have.
func (e envelope) what() string {
	var list []string
	for _, name := range []string{
		"eventName", "lastStatus", "status", "status-details", "state", "action-type", "kind", "instance-action", "StatusMessage", "stoppedReason", "reason", "Cause",
	} {
		switch v := e.Detail[name].(type) {
		case string:
			list = append(list, v)
		case map[string]any: // of CloudFormation and CloudWatch
			for _, within := range []string{"status", "value", "status-reason", "reason"} {
				if text, is := v[within].(string); is && text != "" {
					list = append(list, text)
				}
			}
		}
	}
	return strings.Join(list, ": ")
}

// readEvent reads the page of an event: its JSON.
func readEvent(r *page.Request) (*page.View, error) {
	number := r.Var("sequence")
	sequence, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return nil, page.Invalid("%s is not the number of an event.", number)
	}
	all, _, _ := outbox.Since(r.Store, 0)
	at := position(all, sequence)
	if at == len(all) || all[at].Sequence != sequence {
		if len(all) == 0 {
			return nil, page.NotFound(nil, "There is no event %d: there are none.", sequence)
		}
		return nil, page.NotFound([]page.Link{{Text: "the newest event", To: r.To("events", strconv.FormatUint(all[len(all)-1].Sequence, 10))}},
			"There is no event %d: those from %d to %d are kept.", sequence, all[0].Sequence, all[len(all)-1].Sequence)
	}
	body := r.Event(r.Tx, all[at])
	var said envelope
	var text bytes.Buffer
	if json.Unmarshal(body, &said) != nil || json.Indent(&text, body, "", "  ") != nil {
		return nil, page.NotFound(nil, "The event %d is not one that EventBridge gets.", sequence)
	}
	return &page.View{
		Title: "Event " + number, Kind: said.DetailType, Summary: said.what(), Trail: []page.Link{{Text: "Events", To: r.To("events")}},
		Sections: []page.Section{
			{ID: "event", Title: "Event", Body: page.Pairs(
				page.Pair{Name: "When", Value: page.Time(all[at].At)}, page.Pair{Name: "Source", Value: page.Text(said.Source)},
				page.Pair{Name: "Type", Value: page.Text(said.DetailType)}, page.Pair{Name: "Resources", Value: page.Or(strings.Join(said.Resources, ", "))},
			)},
			{ID: "json", Title: "JSON", Wide: true, Body: page.Pre("JSON of the event", text.String())},
		},
	}, nil
}
