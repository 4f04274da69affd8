package routing

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// compiledBus is what the enabled rules of a bus want. It is valid as long as the bus has the same row.
type compiledBus struct {
	row   *eventbridge.Bus
	rules []*compiledRule // in order of their names
	index map[wish][]*compiledRule
}

type compiledRule struct {
	*eventbridge.Rule
	arn     string
	order   int                   // in the bus
	pattern *eventpattern.Pattern // nil: it has none
	targets []*eventbridge.Target
}

// wish is what a rule wants of an event.
type wish struct{ source, detailType wanted }

// wanted is a text that has to be there, or anything.
type wanted struct {
	text string
	any  bool
}

var anything = wanted{any: true}

// compiled are the rules of a bus as they are in a transaction, or nil if it has none.
func (r *Router) compiled(tx *store.Tx, s arn.Scope, name string) *compiledBus {
	row := eventbridge.FindBus(tx, s, name)
	if row == nil || row.Changes == 0 { // no rule was ever put
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.buses[row.ARN()]; known != nil && known.row == row {
		return known
	}
	bus := compile(tx, row)
	if r.buses == nil {
		r.buses = map[string]*compiledBus{}
	}
	r.buses[row.ARN()] = bus
	return bus
}

func compile(tx *store.Tx, row *eventbridge.Bus) *compiledBus {
	bus := &compiledBus{row: row, index: map[wish][]*compiledRule{}}
	for _, rule := range eventbridge.Rules(tx, row.Scope, row.Name, "") {
		if !rule.Enabled() {
			continue
		}
		c := &compiledRule{Rule: rule, arn: rule.ARN(), order: len(bus.rules), targets: eventbridge.Targets(tx, rule)}
		bus.rules = append(bus.rules, c)
		if rule.EventPattern == "" {
			continue
		}
		pattern, err := eventpattern.Parse(rule.EventPattern)
		if err != nil {
			continue // it was refused when the rule was put
		}
		c.pattern = pattern
		for _, source := range literals(pattern, "source") {
			for _, detailType := range literals(pattern, "detail-type") {
				at := wish{source, detailType}
				bus.index[at] = append(bus.index[at], c)
			}
		}
	}
	return bus
}

// literals are the texts of which a pattern wants one at a path.
func literals(p *eventpattern.Pattern, path string) (list []wanted) {
	texts, ok := p.Literals(path)
	if !ok {
		return []wanted{anything}
	}
	for _, text := range texts {
		list = append(list, wanted{text: text})
	}
	return list
}

// wishes are those that an event fulfils.
func wishes(source, detailType string) [4]wish {
	s, d := wanted{text: source}, wanted{text: detailType}
	return [...]wish{{s, d}, {s, anything}, {anything, d}, {anything, anything}}
}

func (b *compiledBus) wants(source, detailType string) bool {
	for _, w := range wishes(source, detailType) {
		if len(b.index[w]) > 0 {
			return true
		}
	}
	return false
}

// candidates are the rules that may want an event, in order of their names, and the one whose schedule has made it.
func (b *compiledBus) candidates(e *eventpattern.Event, own *eventbridge.Rule) (list []*compiledRule) {
	source, _ := e.Text("source")
	detailType, _ := e.Text("detail-type")
	for _, w := range wishes(source, detailType) {
		list = append(list, b.index[w]...)
	}
	for _, rule := range b.rules {
		if own != nil && rule.Name == own.Name {
			list = append(list, rule)
		}
	}
	sorting.By(list, func(x, y *compiledRule) int { return x.order - y.order })
	return slices.Compact(list)
}
