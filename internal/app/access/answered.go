package access

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// asked is a question that the policies of a user or role answer alone, as long as they ask for no condition key.
type asked struct {
	of                        *granted
	account, action, resource string
}

// mostAnswers is how many decisions are kept, as many as [Decisions] has.
const mostAnswers = 10_000

// answer is what was decided, nil if it is not kept.
func (g *grants) answer(to asked) *policy.Decision {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.answers[to]
}

// keep keeps what was decided until the policies of anyone change.
func (g *grants) keep(to asked, d *policy.Decision) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.answers == nil || len(g.answers) >= mostAnswers {
		g.answers = map[asked]*policy.Decision{}
	}
	to.resource = strings.Clone(to.resource) // which may share its memory with all that its request has named
	g.answers[to] = d
}
