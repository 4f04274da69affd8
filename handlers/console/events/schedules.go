package events

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

// readSchedules reads the page of schedules and rules.
func (s Sources) readSchedules(r *page.Request) (*page.View, error) {
	if err := r.CheckStatus("ENABLED", "DISABLED"); err != nil {
		return nil, err
	}
	counts := s.Counts()
	schedules, err := s.schedules(r, counts)
	if err != nil {
		return nil, err
	}
	rules, err := s.rules(r, counts)
	if err != nil {
		return nil, err
	}
	waiting, waits, err := pending(r)
	if err != nil {
		return nil, err
	}
	return &page.View{
		Title: "Schedules and rules", Summary: counted(waits, "call waits", "calls wait"),
		Sections: []page.Section{
			{ID: "search", Title: "Search", Wide: true, Body: r.Filter("schedules, rules and calls", "ENABLED", "DISABLED")},
			{ID: "schedules", Title: "Schedules", Wide: true, Body: schedules},
			{ID: "rules", Title: "Rules", Wide: true, Body: rules},
			{ID: "pending", Title: "Calls that wait", Wide: true, Body: waiting},
			{ID: "deadletters", Title: "Calls that were given up", Wide: true, Body: givenUp(r)},
		},
	}, nil
}

// wanted reports whether something with a state is one that the reader looks for.
func wanted(r *page.Request, enabled bool, texts ...string) bool {
	status := r.Query.Get("status")
	return (status == "" || (status == "ENABLED") == enabled) && r.Matches(texts...)
}

func stateOf(enabled bool) g.Node {
	if enabled {
		return page.Badge(page.Good, "ENABLED")
	}
	return page.Badge(page.Neutral, "DISABLED")
}

// due is when something is due next.
func due(at time.Time, ok bool) g.Node {
	if !ok {
		return page.Text("not any more")
	}
	return page.Time(at)
}

// outcome counts what has become of the calls of a target since the emulator began.
func outcome(c delivery.Counts) string {
	if c.Matched == 0 {
		return ""
	}
	text := fmt.Sprintf("%d made, %d sent", c.Matched, c.Sent)
	if c.Retried > 0 {
		text += fmt.Sprintf(", %d to be repeated", c.Retried)
	}
	if c.Failed > 0 {
		text += fmt.Sprintf(", %d given up", c.Failed)
	}
	return text
}

// schedules shows the schedules of EventBridge Scheduler.
func (s Sources) schedules(r *page.Request, counts map[string]delivery.Counts) (g.Node, error) {
	enabled := func(s *scheduler.Schedule) bool { return s.State != types.ScheduleStateDisabled }
	name := func(s *scheduler.Schedule) string { return s.Group + "/" + s.Name }
	var all []*scheduler.Schedule
	for _, each := range scheduler.Schedules.List(r.Tx, r.Scope) {
		if wanted(r, enabled(each), name(each), each.Expression, aws.ToString(each.Target.Arn)) {
			all = append(all, each)
		}
	}
	shown, paging, err := page.List(r, "schedules", all, name, func(a, b *scheduler.Schedule) int { return cmp.Compare(name(a), name(b)) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, each := range shown {
		next := page.None()
		if enabled(each) {
			next = due(s.NextOfSchedule(each, r.Now))
		}
		rows = append(rows, page.Row{ID: "schedule-" + name(each), Cells: []g.Node{
			page.Code(name(each)), stateOf(enabled(each)), next, page.Code(each.Expression + zone(each)), page.Or(window(each)), page.Code(aws.ToString(each.Target.Arn)),
			page.Or(outcome(counts[each.ARN()])),
		}})
	}
	heads := []string{"Group and name", "State", "Next due", "Expression", "Window", "Target", "Calls"}
	return g.Group{page.Table("Schedules of EventBridge Scheduler", heads, rows), r.Pages(paging)}, nil
}

func zone(s *scheduler.Schedule) string {
	if s.Zone == "" || s.Zone == "UTC" {
		return ""
	}
	return " " + s.Zone
}

func window(s *scheduler.Schedule) string {
	if minutes := aws.ToInt32(s.Window.MaximumWindowInMinutes); minutes > 0 {
		return fmt.Sprintf("%d min", minutes)
	}
	return ""
}

// rules shows the rules of EventBridge, of all buses.
func (s Sources) rules(r *page.Request, counts map[string]delivery.Counts) (g.Node, error) {
	name := func(e *eventbridge.Rule) string { return e.Bus + "/" + e.Name }
	var all []*eventbridge.Rule
	for _, bus := range eventbridge.Buses.List(r.Tx, r.Scope) {
		for _, rule := range eventbridge.Rules(r.Tx, r.Scope, bus.Name, "") {
			if wanted(r, rule.Enabled(), name(rule), rule.EventPattern, rule.ScheduleExpression) {
				all = append(all, rule)
			}
		}
	}
	shown, paging, err := page.List(r, "rules", all, name, func(a, b *eventbridge.Rule) int { return cmp.Compare(name(a), name(b)) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, rule := range shown {
		next := page.None()
		if rule.Enabled() && rule.ScheduleExpression != "" {
			next = due(s.NextOfRule(rule, r.Now))
		}
		var targets []string
		for _, t := range eventbridge.Targets(r.Tx, rule) {
			targets = append(targets, aws.ToString(t.Target.Arn))
		}
		rows = append(rows, page.Row{ID: "rule-" + name(rule), Cells: []g.Node{
			page.Code(name(rule)), stateOf(rule.Enabled()), next, chooses(r, rule), page.Or(strings.Join(targets, ", ")), page.Or(outcome(counts[rule.ARN()])),
		}})
	}
	heads := []string{"Bus and name", "State", "Next due", "Pattern or expression", "Targets", "Calls"}
	return g.Group{page.Table("Rules of EventBridge", heads, rows), r.Pages(paging)}, nil
}

// chooses is the expression of a rule, or its pattern with the events that it chooses.
func chooses(r *page.Request, rule *eventbridge.Rule) g.Node {
	if rule.EventPattern == "" {
		return page.Code(rule.ScheduleExpression)
	}
	return g.Group{page.Code(rule.EventPattern), page.Text(" "), page.A("events that it chooses", withPattern(r, rule.EventPattern))}
}

// pending are the calls of targets that wait.
func pending(r *page.Request) (_ g.Node, total int, err error) {
	all := slices.DeleteFunc(slices.Clone(delivery.Pending(r.Tx)), func(d *delivery.Delivery) bool {
		return d.Scope != r.Scope || !r.Matches(d.Name, d.TargetARN, d.LastError)
	})
	shown, paging, err := page.List(r, "pending", all, func(d *delivery.Delivery) string { return d.ID },
		func(a, b *delivery.Delivery) int { return cmp.Compare(a.Number, b.Number) })
	if err != nil {
		return nil, 0, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, d := range shown {
		rows = append(rows, page.Row{ID: "call-" + d.ID, Cells: []g.Node{
			page.Text(d.Name), page.Code(d.TargetARN), page.Time(d.MadeAt), page.Time(d.NextAt), page.Number(d.Attempts), page.Or(d.LastError),
		}})
	}
	heads := []string{"Of", "Target", "Made", "Next call", "Failures", "Last error"}
	return g.Group{page.Table("Calls of targets that wait", heads, rows), r.Pages(paging)}, paging.Total, nil
}

// givenUp are the calls that were given up last, the newest first.
func givenUp(r *page.Request) g.Node {
	var rows []page.Row
	for _, e := range slices.Backward(delivery.DeadLetters(r.Store)) {
		l := e.Value
		if arn.ScopeOf(l.Source) != r.Scope || !r.Matches(l.Name, l.TargetARN, l.Message) {
			continue
		}
		queue := l.QueueARN
		if l.QueueError != "" {
			queue += " has not got it: " + l.QueueError
		}
		rows = append(rows, page.Row{ID: "letter-" + l.ID, Cells: []g.Node{
			page.Text(l.Name), page.Code(l.TargetARN), page.Time(e.At), page.Text(l.Code), page.Text(l.Message), page.Number(l.Retries), page.Or(string(l.Exhausted)), page.Or(queue),
		}})
	}
	return page.Table("Calls that were given up last", []string{"Of", "Target", "When", "Code", "Message", "Retries", "Limit", "Dead-letter queue"}, rows)
}

// withPattern is the address of the page of events that a pattern chooses.
func withPattern(r *page.Request, pattern string) string {
	to, query, _ := strings.Cut(r.To("events"), "?")
	values, _ := url.ParseQuery(query)
	values.Set("pattern", pattern)
	return to + "?" + values.Encode()
}
