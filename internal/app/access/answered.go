package access

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// answerer is what the policies of a user or role alone say of an action, as long as they ask for no condition key.
type answerer struct {
	of              *granted
	account, action string
}

// answers are what was decided, by the resource.
type answers map[string]*policy.Decision

// mostAnswers is how many decisions are kept, as many as [Decisions] has.
const mostAnswers = 10_000

// answer answers questions of one call by what is kept. Those that more than the policies of the user or role counts for, it
// leaves alone.
func (g *grants) answer(who *principal, questions []question) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	var kept answers // about the action of the question before
	action := ""
	for i := range questions {
		q := &questions[i]
		if q.more != nil {
			continue
		}
		if kept == nil || q.wants.Action != action {
			action = q.wants.Action
			kept = g.answers[answerer{who.granted, who.Account, action}]
		}
		q.decided = kept[q.wants.Resource]
	}
}

// keep keeps what was decided until the policies of anyone change.
func (g *grants) keep(by answerer, resource string, d *policy.Decision) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.answers == nil || g.kept >= mostAnswers {
		g.answers, g.kept = map[answerer]answers{}, 0
	}
	of := g.answers[by]
	if of == nil {
		of = answers{}
		g.answers[by] = of
	}
	of[strings.Clone(resource)] = d // which may share its memory with all that its request has named
	g.kept++
}
